import Testing
import Workflow

@Suite struct WorkflowStepTests {
    private struct Order: Codable, Sendable { var name: String }
    private struct Known: Error {}

    private struct Reserve: WorkflowStep {
        var name: StepName { "reserve" }
        func perform(_ input: Order, in context: StepContext) async throws -> StepResult<Int> {
            guard input.name != "bad" else { throw Known() }
            return StepResult(input.name.count, evidence: ["name": .string(input.name)])
        }
        func undo(_ input: Order, output: Int?, in context: StepContext) async throws -> JSONDocument {
            ["output": output.map(JSONDocument.integer) ?? .null]
        }
    }

    private struct Announce: WorkflowStep {
        var name: StepName { "announce" }
        var effect: StepEffect { .external }
        func perform(_ input: Order, in context: StepContext) async throws -> StepResult<NoOutput> {
            StepResult(evidence: .integer(try context.output(of: "reserve") ?? -1))
        }
        func undo(_ input: Order, output: NoOutput?, in context: StepContext) async throws -> JSONDocument { .null }
    }

    private let workflow = Workflow("flow", input: Order.self, steps: [Reserve(), Announce()]) {
        $0 is Known ? StepFailure("known", retry: .never) : nil
    }
    private func context(_ outputs: [StepName: JSONDocument] = [:]) -> StepContext {
        StepContext(fence: Fence(run: .random(), attempt: 1), subject: "s", number: 1, outputs: outputs)
    }

    @Test func `types are hidden and found again`() async throws {
        #expect(self.workflow.plan == ["reserve", "announce"])
        let reserve = try #require(self.workflow["reserve"])
        #expect(reserve.effect == .inDatabase && reserve.policy == .standard)
        let done = try await reserve.run(.forward, input: ["name": "acme"], output: nil, in: self.context())
        #expect(done.output == 4 && done.evidence == ["name": "acme"])
        let undone = try await reserve.run(.backward, input: ["name": "acme"], output: 4, in: self.context())
        #expect(undone.output == .null && undone.evidence == ["output": 4])
        let halfDone = try await reserve.run(.backward, input: ["name": "acme"], output: nil, in: self.context())
        #expect(halfDone.evidence == ["output": nil])
    }

    @Test func `a step sees what earlier ones gave`() async throws {
        let announce = try #require(self.workflow["announce"])
        #expect(announce.effect == .external)
        let input: JSONDocument = ["name": "acme"]
        #expect(
            try await announce.run(.forward, input: input, output: nil, in: self.context(["reserve": 4])).evidence == 4)
        #expect(try await announce.run(.forward, input: input, output: nil, in: self.context()).evidence == -1)
        await #expect(throws: DecodingError.self) {
            try await announce.run(.forward, input: input, output: nil, in: self.context(["reserve": "x"]))
        }
    }

    @Test func `errors that are known are translated`() async throws {
        let reserve = try #require(self.workflow["reserve"])
        let failure = await #expect(throws: StepFailure.self) {
            try await reserve.run(.forward, input: ["name": "bad"], output: nil, in: self.context())
        }
        #expect(failure?.retry == .never && failure?.description == "known")
        await #expect(throws: DecodingError.self) {
            try await reserve.run(.forward, input: .null, output: nil, in: self.context())
        }
    }

    @Test func `a run's plan is that of the workflow`() throws {
        let header = try RunHeader(of: self.workflow, subject: "s", input: Order(name: "acme"))
        #expect(header.plan == self.workflow.plan && header.workflow == "flow" && header.input == ["name": "acme"])
    }
}
