import Foundation
public import Postgres
public import Tenancy

/// The catalog's tenants in `public.tenants`.
public struct PostgresTenantRepository: TenantRepository {
    private let client: PostgresClient
    private let announcer: any TenantAnnouncer

    /// A repository.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control`.
    ///   - announcer: told of tenants that were changed, beside what the database announces by itself.
    public init(client: PostgresClient, announcer: any TenantAnnouncer = SilentAnnouncer()) {
        self.client = client
        self.announcer = announcer
    }

    /// A page of all tenants; see ``TenantRepository/tenants(_:)``.
    public func tenants(_ page: PageRequest) async throws -> Page<Tenant> {
        let query: PostgresQuery
        if let cursor = page.cursor {
            query = TenantRow.select(
                """
                WHERE (created_at, id) > (\(cursor.timestamp)::timestamptz, \(cursor.id)::uuid)
                ORDER BY created_at, id LIMIT \(page.limit + 1)::int
                """)
        } else {
            query = TenantRow.select("ORDER BY created_at, id LIMIT \(page.limit + 1)::int")
        }
        let tenants = try await self.client.query(query).map(TenantRow.tenant)
        return Page(cutting: tenants, to: page.limit) { PageCursor(after: $0.createdAt, id: $0.id.uuid) }
    }

    /// The tenant with this id; see ``TenantRepository/tenant(_:)-(TenantID)``.
    public func tenant(_ id: TenantID) async throws -> Tenant? {
        try await self.client.query(TenantRow.select("WHERE id = \(id.uuid)::uuid")).first.map(TenantRow.tenant)
    }

    /// The tenant with this subdomain; see ``TenantRepository/tenant(_:)-(Subdomain)``.
    public func tenant(_ subdomain: Subdomain) async throws -> Tenant? {
        // A tenant that is gone for good has no name any more, and somebody else may have it.
        let query = TenantRow.select("WHERE subdomain = \(subdomain.description) AND status <> 'purged'")
        return try await self.client.query(query).first.map(TenantRow.tenant)
    }

    /// Restricts what requests get; see ``TenantRepository/intervene(_:with:reason:by:requestID:)``.
    public func intervene(
        _ intervention: TenantIntervention, with id: TenantID, reason: String?, by principal: Principal,
        requestID: String?
    ) async throws -> Tenant {
        let tenant = try await LockPatience.limited {
            try await self.client.withTransaction { transaction in
                _ = try await transaction.query(LockPatience.limit)
                let tenant = try await PostgresTenantProvisioner.tenant(id, in: transaction, locking: true)
                guard TenantStatus.living.contains(tenant.status) else {
                    throw DomainError.conflict(
                        "The tenant is \(tenant.status.rawValue); only one that is there can be restricted or resumed.")
                }
                guard tenant.status != intervention.status else { return tenant }
                _ = try await transaction.query(
                    """
                    UPDATE public.tenants SET status = \(intervention.status.rawValue) WHERE id = \(id.uuid)::uuid
                    """)
                var details = ["from": tenant.status.rawValue]
                details["reason"] = reason
                try await PostgresAuditTrail.append(
                    AuditEvent(
                        actor: principal.auditName, action: "tenant.\(intervention.rawValue)", tenant: id,
                        details: details, requestID: requestID), in: transaction)
                return try await PostgresTenantProvisioner.tenant(id, in: transaction)
            }
        }
        await self.announcer.announce(TenantChange(tenant))
        return tenant
    }
}
