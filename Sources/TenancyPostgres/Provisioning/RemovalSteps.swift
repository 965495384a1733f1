import Postgres
import Tenancy
import Workflow

/// Ends the sessions of a tenant that goes.
struct SessionsEndStep: WorkflowStep {
    let effects: TenantEffects
    var name: StepName { "sessions" }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let tenant = order.tenant
        let found = try await self.effects.client.query(
            """
            SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = \(Placement.ownSchema(of: tenant).schema)
                AND tablename = 'refresh_tokens')
            """)
        guard try found.first?[0].decode(Bool.self) == true else { return StepResult(evidence: ["ended": 0]) }
        let ending: PostgresQuery = """
            UPDATE refresh_tokens SET revoked_at = greatest(clock_timestamp(), created_at)
            WHERE tenant_id = \(tenant.uuid)::uuid AND revoked_at IS NULL
            """
        let answers = try await self.effects.fenced.execute(
            self.effects.asOwner(of: tenant, [ending]), under: context.fence)
        return StepResult(evidence: ["ended": .integer(answers[TenantEffects.ownerOpening].affectedRows)])
    }

    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["sessions": "stay ended"]
    }
}

/// Takes back mail to a tenant that goes.
struct MailEndStep: WorkflowStep {
    let effects: TenantEffects
    var name: StepName { "mail" }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let answers = try await self.effects.fenced.execute(
            [
                """
                UPDATE bulkhead.deliveries SET state = 'cancelled', updated_at = greatest(clock_timestamp(), updated_at)
                WHERE tenant_id = \(order.tenant.uuid)::uuid AND state IN ('queued', 'deferred')
                """
            ], under: context.fence)
        return StepResult(evidence: ["cancelled": .integer(answers[0].affectedRows)])
    }

    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["mail": "stays cancelled"]
    }
}

/// Writes down that the tenant is deleted: from here on its data only wait for the end of their retention.
struct DeletionStep: WorkflowStep {
    let effects: TenantEffects
    var name: StepName { "deletion" }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let tenant = order.tenant
        let result = try await self.effects.fenced.transaction(under: context.fence) { transaction in
            let status = try await TenantEffects.lockedStatus(of: tenant, in: transaction)
            guard status == .deleting else {
                return StepResult(evidence: ["status": .string(status?.rawValue ?? "gone")])
            }
            _ = try await transaction.query(
                """
                UPDATE public.tenants SET status = 'deleted', deleted_at = clock_timestamp()
                WHERE id = \(tenant.uuid)::uuid
                """)
            try await PostgresAuditTrail.append(
                AuditEvent(actor: order.actor, action: "tenant.deleted", tenant: tenant), in: transaction)
            return StepResult<NoOutput>(evidence: ["status": "deleted"])
        }
        await self.effects.announce(tenant)
        return result
    }

    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["status": "unchanged"]
    }
}

/// Removes the data of a tenant that nobody ever used; those of others are kept until their retention ends.
struct DataRemovalStep: WorkflowStep {
    let effects: TenantEffects
    var name: StepName { "data" }
    var policy: StepPolicy { StepPolicy(timeout: .seconds(90), retry: .standard) }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let tenant = order.tenant
        let rows = try await self.effects.fenced.execute(
            ["SELECT activated_at IS NULL FROM public.tenants WHERE id = \(tenant.uuid)::uuid"], under: context.fence)
        guard try rows[0].first?[0].decode(Bool.self) == true else {
            return StepResult(evidence: ["data": "kept until their retention ends"])
        }
        let dropped = try await SchemaStep.drop(tenant, self.effects, under: context.fence)
        _ = try await self.effects.fenced.execute(
            [
                "UPDATE public.tenants SET status = 'purging' WHERE id = \(tenant.uuid)::uuid AND status = 'deleted'",
                "UPDATE public.tenants SET status = 'purged' WHERE id = \(tenant.uuid)::uuid AND status = 'purging'",
            ], under: context.fence)
        await self.effects.announce(tenant)
        return StepResult(evidence: ["data": "purged", "schema": dropped["schema"] ?? "absent"])
    }

    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["data": "stay removed"]
    }
}
