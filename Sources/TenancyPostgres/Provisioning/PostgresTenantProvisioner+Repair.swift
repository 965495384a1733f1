import Postgres
public import Tenancy
import Workflow

extension PostgresTenantProvisioner {
    /// Starts what a tenant lacks; see ``TenantProvisioner/repair(_:by:requestID:once:)``.
    public func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        let outcome = try await LockPatience.limited {
            try await CatalogIdempotency.once(once, on: self.client) { transaction in
                _ = try await transaction.query(LockPatience.limit)
                _ = try await TenantRun.locked(about: id, in: transaction)
                let tenant = try await Self.tenant(id, in: transaction, locking: true)
                // Asked for only now: whoever had the tenant before may have started one.
                let open = try await TenantRun.open(about: id, in: transaction)
                guard tenant.status.mayBecome(.deleting) else {
                    throw try await Self.conflict(with: tenant, in: transaction)
                }
                guard !open.contains(where: \.isUndoingProvision) else { throw Self.undoing(tenant) }
                guard open.isEmpty else { return tenant }
                try await self.start(tenant, by: principal, in: transaction)
                try await PostgresAuditTrail.append(
                    AuditEvent(
                        actor: principal.auditName, action: "tenant.provision", tenant: id, requestID: requestID),
                    in: transaction)
                return try await Self.tenant(id, in: transaction)
            }
        }
        await self.announce(outcome)
        return outcome
    }

    /// Starts provisioning anew for a tenant that was never there, a repair for one that is.
    private func start(
        _ tenant: Tenant, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws {
        let order = try await self.order(for: tenant, by: principal, in: transaction)
        let isThere = TenantStatus.living.contains(tenant.status)
        if tenant.status == .failed {
            _ = try await transaction.query(
                "UPDATE public.tenants SET status = 'provisioning' WHERE id = \(tenant.id.uuid)::uuid")
        }
        // A run that gave up half-way back is left to history: the new one takes over what it finds.
        let header = try RunHeader(
            of: isThere ? self.workflows.repair : self.workflows.provision, subject: tenant.id.description,
            input: order)
        _ = try await transaction.execute(self.store.starting(header))
    }

    /// What the tenant was to be like, under the name and tier that it has by now.
    func order(
        for tenant: Tenant, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws -> TenantOrder {
        let rows = try await transaction.query(
            """
            SELECT input FROM bulkhead.workflow_runs
            WHERE subject = \(tenant.id.description) AND workflow = \(TenantWorkflows.provisionName.rawValue)
            ORDER BY number LIMIT 1
            """)
        guard var order = try rows.first?[0].decode(PostgresJSON<TenantOrder>.self).value else {
            throw DomainError.conflict("The tenant was made by an earlier version, which did not record how.")
        }
        order.warm = nil
        order.actor = principal.auditName
        order.new.name = tenant.name
        order.new.tier = tenant.tier
        return order
    }

    // MARK: Refusals

    private static func undoing(_ tenant: Tenant) -> DomainError {
        .conflict(
            "The provisioning of this tenant came to nothing and is being undone. Once the tenant is failed, send the "
                + "request again; GET /api/admin/tenants/\(tenant.id)/provisioning shows how far it has come.")
    }

    /// Why a tenant that is going, or gone, is not provisioned.
    private static func conflict(
        with tenant: Tenant, in transaction: borrowing PostgresTransaction
    ) async throws -> DomainError {
        let path = "/api/admin/tenants/\(tenant.id)/provisioning"
        switch try await TenantRun.latestRemoval(of: tenant.id, in: transaction)?.status {
        case .running, .compensating:
            return .conflict(
                "The tenant is being removed (\(tenant.status.rawValue)) and can no longer be provisioned; "
                    + "GET \(path) shows how far that has come.")
        case .dead:
            return .conflict(
                "The removal of this tenant gave up half-way (\(tenant.status.rawValue)), so it can no longer be "
                    + "provisioned; POST \(path)/resume lets the removal go on.")
        case .completed, .compensated, nil:
            return .conflict(
                "The tenant is \(tenant.status.rawValue); only one that is there or failed can be provisioned.")
        }
    }
}
