import Postgres
import Tenancy
import Workflow

/// Opens the tenant: from here on requests are served, and nothing is undone any more.
struct ActivationStep: WorkflowStep {
    static let name: StepName = "activation"

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let tenant = order.tenant
        let result = try await self.effects.fenced.transaction(under: context.fence) { transaction in
            let rows = try await transaction.query(
                """
                SELECT status, activated_at IS NOT NULL, to_regnamespace(schema_name)::oid::bigint
                FROM public.tenants WHERE id = \(tenant.uuid)::uuid FOR UPDATE
                """)
            let (status, wasOpened, schema) =
                try rows.first?.decode(String.self, Bool.self, Int?.self) ?? ("gone", false, nil)
            // Also when somebody has deleted it since: what an attempt did of which nobody heard stays done.
            if wasOpened { return StepResult(evidence: ["status": .string(status), "since": "before"]) }
            guard status == TenantStatus.provisioning.rawValue else {
                throw StepFailure("the tenant is \(status) and is not opened", retry: .never)
            }
            let inAdvance = try context.output(of: SchemaStep.name, as: SchemaProof.self)?.isProven == true
            guard let schema, !inAdvance || schema == order.warm?.number else {
                throw StepFailure(
                    "the schema is not the one that was proven: it was dropped since; provision the tenant anew",
                    retry: .never)
            }
            _ = try await transaction.query(
                """
                UPDATE public.tenants SET status = 'active', activated_at = clock_timestamp()
                WHERE id = \(tenant.uuid)::uuid
                """)
            try await PostgresAuditTrail.append(
                AuditEvent(actor: order.actor, action: "tenant.activate", tenant: tenant), in: transaction)
            return StepResult<NoOutput>(evidence: ["status": "active"])
        }
        await self.effects.announce(tenant)
        return result
    }

    /// Behind this step nothing is undone, so this is called for one that did not happen.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["status": "unchanged"]
    }
}
