import Postgres
import Tenancy
import Workflow

/// Gives the schema of a tenant what it lacks.
struct SchemaRepair: Sendable {
    /// How many differences a failure names.
    private static let listLimit = 10

    let effects: TenantEffects
    let tenant: TenantID

    /// Mends what can be mended.
    ///
    /// - Returns: what was mended; empty if nothing had to be.
    /// - Throws: ``StepFailure`` that names what is still not as the template says.
    func run(under fence: Fence) async throws -> [String] {
        let expected = try TemplateShape.expected()
        let actual = try await self.shape()
        guard actual != expected else { return [] }
        let plan = SchemaRepairPlan(from: actual, to: expected, template: self.effects.template, tenant: self.tenant)
        if !plan.statements.isEmpty {
            _ = try await self.effects.fenced.execute(
                self.effects.asOwner(of: self.tenant, plan.statements.map { PostgresQuery(raw: $0) }), under: fence,
                isDurable: true)
        }
        let left = expected.differences(to: try await self.shape())
        guard left.isEmpty else {
            let listed = left.prefix(Self.listLimit).map { JSONDocument.string($0) }
            throw StepFailure(
                "the schema is not as the template says, in \(left.count) place(s) that only a person can mend",
                retry: .never,
                evidence: ["differences": .array(listed), "repaired": .array(plan.repairs.map { .string($0) })])
        }
        return plan.repairs
    }

    private func shape() async throws -> TemplateShape {
        try await TemplateShape.read(
            schema: Placement.ownSchema(of: self.tenant).schema, version: self.effects.template.version,
            on: self.effects.client)
    }
}
