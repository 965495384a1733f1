import Postgres
import Tenancy
import Workflow

/// Holds the subdomain: the record in the catalog.
///
/// The record is made in the transaction that starts the run; this step makes sure that it is still wanted.
struct SubdomainStep: WorkflowStep {
    static let name: StepName = "subdomain"

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let rows = try await self.effects.fenced.execute(
            ["SELECT status FROM public.tenants WHERE id = \(order.tenant.uuid)::uuid"], under: context.fence)
        let status = try rows[0].first.flatMap { TenantStatus(rawValue: try $0[0].decode(String.self)) }
        guard let status, status == .provisioning || TenantStatus.living.contains(status) else {
            throw StepFailure(
                "the tenant is \(status?.rawValue ?? "gone"); nothing is made for it any more", retry: .never)
        }
        return StepResult(evidence: Self.evidence(order))
    }

    /// What the record shows for itself.
    static func evidence(_ order: TenantOrder) -> JSONDocument {
        ["subdomain": .string(order.new.subdomain.description), "tier": .string(order.new.tier.description)]
    }

    /// The record stays, as `failed`: it says what happened, keeps the name, and can be provisioned anew or deleted.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        let tenant = order.tenant
        let evidence: JSONDocument = try await self.effects.fenced.transaction(under: context.fence) { transaction in
            guard try await TenantEffects.lockedStatus(of: tenant, in: transaction) == .provisioning else {
                return ["record": "unchanged"]
            }
            _ = try await transaction.query(
                "UPDATE public.tenants SET status = 'failed' WHERE id = \(tenant.uuid)::uuid")
            try await PostgresAuditTrail.append(
                AuditEvent(actor: order.actor, action: "tenant.fail", tenant: tenant), in: transaction)
            return ["record": "failed"]
        }
        await self.effects.announce(tenant)
        return evidence
    }
}
