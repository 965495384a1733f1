import Postgres
import Tenancy
import Workflow

/// Proves, before anybody gets in, that the tenant sees its own rows, that others see none of them, and it none of theirs.
struct IsolationProofStep: WorkflowStep {
    static let name: StepName = "isolationProof"

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let schema = try context.output(of: SchemaStep.name, as: SchemaProof.self)
        if schema?.isProven == true, let result = try self.resultInAdvance(order) { return result }
        let rows = try await self.effects.fenced.execute(
            ["SELECT status FROM public.tenants WHERE id = \(order.tenant.uuid)::uuid"], under: context.fence)
        // In a tenant that is in use a canary could be taken for a client.
        let isNew = try rows[0].first?[0].decode(String.self) == TenantStatus.provisioning.rawValue
        let effects = self.effects
        let proof = try await IsolationProver(effects: effects, tenant: order.tenant).prove(planting: isNew) {
            queries in
            _ = try await effects.fenced.execute(
                effects.asOwner(of: order.tenant, queries), under: context.fence)
        }
        return try Self.result(proof, source: "now")
    }

    /// The proof of a schema that was made in advance: of all tables, and against another tenant; nil if it was not.
    ///
    /// What the schema step had to make or to repair was not there when the proof was made.
    func resultInAdvance(_ order: TenantOrder) throws -> StepResult<NoOutput>? {
        guard let proof = order.warm?.proof, proof.seenOfOthers != nil,
            proof.tables == self.effects.template.tables.count
        else { return nil }
        return try Self.result(proof, source: "warmPool")
    }

    /// The canaries are gone already, or go with the schema.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["canaries": "go with the schema"]
    }

    private static func result(_ proof: IsolationProof, source: String) throws -> StepResult<NoOutput> {
        var evidence: [String: JSONDocument] = ["source": .string(source)]
        if case .object(let members) = try JSONDocument(encoding: proof) { evidence.merge(members) { own, _ in own } }
        guard proof.holds else {
            throw StepFailure(
                "the isolation proof failed: rows were seen where they must not be, or not where they must",
                retry: .never, evidence: .object(evidence))
        }
        return StepResult(evidence: .object(evidence))
    }
}
