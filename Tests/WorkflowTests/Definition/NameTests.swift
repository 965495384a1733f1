import Foundation
import Testing
import Workflow

@Suite struct NameTests {
    @Test func `names and identifiers are JSON strings`() throws {
        #expect(try JSONDocument(encoding: WorkflowName("tenant.provision")) == "tenant.provision")
        #expect(try JSONDocument(encoding: StepName("schema")) == "schema")
        let run = RunID.random()
        #expect(try JSONDocument(encoding: run) == .string(run.description))
        #expect(try JSONDocument.string(run.description).decode(RunID.self) == run)
        #expect(try JSONDocument.string("schema").decode(StepName.self) == "schema")
        #expect(try JSONDocument.string("flow").decode(WorkflowName.self) == "flow")
        #expect(throws: DecodingError.self) { try JSONDocument.string("no uuid").decode(RunID.self) }
    }

    @Test func `a run's identifier is written in lower case`() throws {
        let uuid = try #require(UUID(uuidString: "ABCDEF00-0000-4000-8000-000000000001"))
        #expect("\(RunID(uuid))" == "abcdef00-0000-4000-8000-000000000001")
        #expect("\(WorkflowName(rawValue: "a")) \(StepName(rawValue: "b"))" == "a b")
    }

    @Test func `an event comes back as it went`() throws {
        var event = RunEvent(.attemptFailed, step: "a", direction: .backward, number: 3, reason: "why")
        event.evidence = ["reply": 451]
        event.milliseconds = 12
        event.retryInMilliseconds = 250
        #expect(try JSONDocument(encoding: event).decode(RunEvent.self) == event)
        #expect(try JSONDocument(encoding: RunEvent(.started)) == ["kind": "started"])
    }

    @Test func `a fence tells which attempt it is about`() {
        let fence = Fence(run: .random(), attempt: 4)
        #expect(fence.next == Fence(run: fence.run, attempt: 5))
        #expect("\(FenceLost(fence))" == "attempt 4 of run \(fence.run) was given up")
    }
}
