import Postgres
import Tenancy
import Workflow

/// What a creation that took a schema made in advance does in its own transaction: the steps that only write rows.
///
/// They are the workflow's own steps, with their evidence, and on record as done when the run begins; if anything about
/// the schema is not as it should be, the run does them in the ordinary way.
struct WarmStart: Sendable {
    let effects: TenantEffects
    private let order: TenantOrder
    private let settings: SettingsStep.Effect

    /// Writes nothing yet.
    init(_ order: TenantOrder, tiers: [Tier], effects: TenantEffects) throws {
        self.effects = effects
        self.order = order
        self.settings = try SettingsStep.effect(order, tiers: tiers)
    }

    /// Writes settings, administrator and records.
    ///
    /// - Returns: what the journal is to say; empty if the schema is not the one that was proven.
    /// - Throws: ``Refused`` if the database refuses a statement; the transaction is then of no more use.
    func run(in transaction: borrowing PostgresTransaction) async throws -> [RunEvent] {
        guard try await self.isProvenSchema(in: transaction) else { return [] }
        do {
            return try await self.write(in: transaction)
        } catch let error as PostgresError where Self.isAboutTheSchema(error) {
            throw Refused(tenant: self.order.tenant, cause: error)
        }
    }

    /// Whether it would be refused again: what the database is short of just now says nothing about the schema.
    private static func isAboutTheSchema(_ error: PostgresError) -> Bool {
        error.sqlState.map { ["22", "23", "42"].contains($0.conditionClass) } ?? false
    }

    /// The schema made in advance cannot be written to.
    struct Refused: Error {
        let tenant: TenantID
        let cause: PostgresError
    }

    private func write(in transaction: borrowing PostgresTransaction) async throws -> [RunEvent] {
        let building = SchemaStatements(template: self.effects.template, tenant: self.order.tenant)
        let administrator = FirstAdministratorStep.statements(self.order)
        let owned = [self.settings.statement, Self.clock] + administrator + [Self.clock]
        let answers = try await transaction.execute(
            [Self.clock] + building.records + [Self.clock] + self.effects.asOwner(of: self.order.tenant, owned))
        let first = 1 + building.records.count
        let begin = first + 1 + TenantEffects.ownerOpening
        let times = try [0, first, begin + 1, begin + 2 + administrator.count].map {
            try answers[$0].first?[0].decode(Int.self) ?? 0
        }
        var events = try Self.events(
            SchemaStep.name, SchemaStep(effects: self.effects).result("warmPool", isProven: true), times[1] - times[0])
        events += try Self.events(SettingsStep.name, self.settings.result(answers[begin]), times[2] - times[1])
        events += try Self.events(
            FirstAdministratorStep.name, FirstAdministratorStep.result(answers[(begin + 2)...]), times[3] - times[2])
        if let proof = try IsolationProofStep(effects: self.effects).resultInAdvance(self.order) {
            events += try Self.events(IsolationProofStep.name, proof, 0)
        }
        return events
    }

    private func isProvenSchema(in transaction: borrowing PostgresTransaction) async throws -> Bool {
        let schema = Placement.ownSchema(of: self.order.tenant).schema
        let rows = try await transaction.query("SELECT to_regnamespace(\(schema))::oid::bigint")
        guard let warm = self.order.warm, warm.version == self.effects.template.version else { return false }
        return try rows.first?[0].decode(Int?.self) == warm.number
    }

    /// Between two of them lies what a step took.
    private static let clock: PostgresQuery = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    private static func events<Output>(
        _ step: StepName, _ result: StepResult<Output>, _ milliseconds: Int
    ) throws -> [RunEvent] {
        var succeeded = RunEvent(.attemptSucceeded, step: step, direction: .forward, number: 1)
        succeeded.output = try JSONDocument(encoding: result.output)
        succeeded.evidence = result.evidence
        succeeded.milliseconds = max(0, milliseconds)
        return [RunEvent(.attemptStarted, step: step, direction: .forward, number: 1), succeeded]
    }
}
