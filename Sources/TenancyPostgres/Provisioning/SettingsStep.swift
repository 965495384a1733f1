import Postgres
import Tenancy
import Workflow

/// Writes the settings that a tenant starts with: those of its tier, and those that its creator chose.
struct SettingsStep: WorkflowStep {
    static let name: StepName = "settings"

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let effect = try Self.effect(order, tiers: try await self.effects.tiers.tiers())
        let answers = try await self.effects.fenced.execute(
            self.effects.asOwner(of: order.tenant, [effect.statement]), under: context.fence)
        return effect.result(answers[TenantEffects.ownerOpening])
    }

    /// What is to be written, as the tables' owner in the tenant's context.
    struct Effect {
        let statement: PostgresQuery
        let count: Int

        func result(_ rows: PostgresRows) -> StepResult<NoOutput> {
            let written = rows.affectedRows
            return StepResult(
                evidence: ["written": .integer(written), "present": .integer(self.count - written)])
        }
    }

    static func effect(_ order: TenantOrder, tiers: [Tier]) throws -> Effect {
        guard let tier = tiers.first(where: { $0.name == order.new.tier }) else {
            throw StepFailure("the tier \(order.new.tier) does not exist any more", retry: .never)
        }
        let settings = TenantSettings(
            tier: tier, companyName: order.new.name, adminEmail: order.new.adminEmail, chosen: order.new.settings
        ).values
        let values = Dictionary(uniqueKeysWithValues: settings.map { ($0.key.rawValue, $0.value) })
        return Effect(
            statement: """
                INSERT INTO settings (tenant_id, key, value)
                SELECT \(order.tenant.uuid)::uuid, s.key, s.value FROM jsonb_each(\(PostgresJSON(values))::jsonb) s
                ON CONFLICT (tenant_id, key) DO NOTHING
                """, count: settings.count)
    }

    /// They go with the schema, which is undone next.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["settings": "go with the schema"]
    }
}
