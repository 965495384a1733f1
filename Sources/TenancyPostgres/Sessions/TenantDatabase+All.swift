import Postgres
public import Tenancy

extension TenantDatabase {
    /// Visits the tenants one after the other, each in a context of its own that can only read.
    ///
    /// The only way to look into more than one tenant, for operators and for Bulkhead itself. There is no role that sees
    /// all rows: whoever visits a hundred tenants enters a hundred contexts. The visit is written into the catalog's
    /// audit trail before the first of them.
    ///
    /// - Parameters:
    ///   - reason: why, in words for the audit trail; 1-200 characters.
    ///   - principal: who.
    ///   - catalog: knows the tenants; those that are being made or deleted are left out.
    ///   - audit: where the visit is written down.
    ///   - body: called for each tenant; what it throws ends the visit.
    /// - Returns: what `body` returned, in the order of the tenants' creation.
    /// - Throws: ``ValidationError`` without a reason; otherwise as ``withTenant(_:deadline:_:)``.
    public nonisolated func withAllTenants<Value: Sendable>(
        reason: String, by principal: Principal, catalog: any TenantRepository, audit: any AuditTrail,
        _ body: (Tenant, borrowing TenantSession) async throws -> Value
    ) async throws -> [Value] {
        if let detail = TextRule.name.problem(in: reason) { throw ValidationError(pointer: "/reason", detail: detail) }
        try await audit.record(
            AuditEvent(
                actor: principal.auditName, action: "tenants.visit", tenant: nil, details: ["reason": reason]))
        var values: [Value] = []
        try await catalog.readPages { page in
            for tenant in page where TenantStatus.living.contains(tenant.status) {
                let access = TenantAccess(
                    verified: tenant.id, mode: .readOnly, principal: .system(principal.auditName), tier: tenant.tier)
                values.append(try await self.withTenant(access) { try await body(tenant, $0) })
            }
            return true
        }
        return values
    }
}
