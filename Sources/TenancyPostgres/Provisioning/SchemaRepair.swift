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
        let expected = self.effects.template.shape
        let actual = try await self.shape()
        let opened = try await self.openSchema(under: fence)
        guard actual != expected else { return opened }
        // Columns hold data: what became of those that are missing, and what those that are too many are for, only
        // people know. Nothing is touched before they have looked.
        try Self.refuse(expected.differences(to: actual).filter { $0.contains(": column ") }, repaired: [])
        let plan = SchemaRepairPlan(from: actual, to: expected, template: self.effects.template, tenant: self.tenant)
        if !plan.statements.isEmpty {
            _ = try await self.effects.fenced.execute(
                self.effects.asOwner(of: self.tenant, plan.statements.map { PostgresQuery(raw: $0) }), under: fence)
        }
        try Self.refuse(expected.differences(to: try await self.shape()), repaired: plan.repairs)
        return opened + plan.repairs
    }

    /// Gives back the right to use the schema itself, which is not in the shape: that is of what lies in it.
    private func openSchema(under fence: Fence) async throws -> [String] {
        let schema = Placement.ownSchema(of: self.tenant).schema
        let rows = try await self.effects.client.query(
            """
            SELECT bool_and(has_schema_privilege(name, \(schema), 'USAGE'))
            FROM unnest('{bulkhead_app,bulkhead_backup}'::text[]) AS role(name)
            """)
        guard try rows.first?[0].decode(Bool.self) != true else { return [] }
        let opening = SchemaStatements(template: self.effects.template, tenant: self.tenant).usage
        _ = try await self.effects.fenced.execute(
            self.effects.asOwner(of: self.tenant, [opening]), under: fence)
        return ["usage of the schema"]
    }

    private static func refuse(_ differences: [String], repaired: [String]) throws {
        guard !differences.isEmpty else { return }
        let listed = differences.prefix(Self.listLimit).map { JSONDocument.string($0) }
        throw StepFailure(
            "the schema is not as the template says, in \(differences.count) place(s) that only a person can mend",
            retry: .never, evidence: ["differences": .array(listed), "repaired": .array(repaired.map { .string($0) })])
    }

    private func shape() async throws -> TemplateShape {
        try await TemplateShape.read(
            schema: Placement.ownSchema(of: self.tenant).schema, version: self.effects.template.version,
            on: self.effects.client)
    }
}
