import Postgres
public import Tenancy
import Workflow

extension PostgresTenantProvisioner {
    /// Starts removing a tenant, or lets a removal that gave up go on; see ``TenantProvisioner/remove(_:by:requestID:)``.
    public func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant {
        let tenant = try await LockPatience.limited {
            try await self.client.withTransaction { transaction in
                _ = try await transaction.query(LockPatience.limit)
                // The runs first, as workers do: whoever holds one of them wants the tenant next.
                _ = try await TenantRun.locked(about: id, in: transaction)
                let tenant = try await Self.tenant(id, in: transaction, locking: true)
                var event = AuditEvent(
                    actor: principal.auditName, action: "tenant.delete", tenant: id, requestID: requestID)
                if tenant.status.mayBecome(.deleting) {
                    try await self.startRemoval(tenant, by: principal, in: transaction)
                } else {
                    guard let run = try await Self.resumeRemoval(of: id, by: principal, in: transaction) else {
                        return tenant
                    }
                    event.details = ["resumed": run.description]
                }
                try await PostgresAuditTrail.append(event, in: transaction)
                return try await Self.tenant(id, in: transaction)
            }
        }
        await self.announce(.done(tenant))
        return tenant
    }

    private func startRemoval(
        _ tenant: Tenant, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws {
        let order = try await self.order(for: tenant, by: principal, in: transaction)
        if tenant.status == .provisioning {
            _ = try await transaction.execute(
                PostgresWorkflowStore.cancelling(
                    subject: tenant.id.description, workflow: TenantWorkflows.provisionName,
                    reason: "the tenant was deleted by \(principal.auditName)"))
        }
        _ = try await transaction.query(
            "UPDATE public.tenants SET status = 'deleting' WHERE id = \(tenant.id.uuid)::uuid")
        let header = try RunHeader(of: self.workflows.remove, subject: tenant.id.description, input: order)
        _ = try await transaction.execute(self.store.starting(header))
    }

    /// - Returns: the run that goes on; nil if no removal has given up.
    private static func resumeRemoval(
        of id: TenantID, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws -> RunID? {
        guard let removal = try await TenantRun.latestRemoval(of: id, in: transaction), removal.status == .dead else {
            return nil
        }
        let resumed = try await transaction.query(
            PostgresWorkflowStore.resuming(removal.id, by: principal.auditName))
        return resumed.isEmpty ? nil : removal.id
    }
}
