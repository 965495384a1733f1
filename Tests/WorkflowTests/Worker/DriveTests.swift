import Testing
import WorkflowTestKit

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct DriveTests {
    private let store = MemoryWorkflowStore()
    private let diary = Diary()

    @Test func `a run is worked on in the caller's task, and no other`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let (first, second) = (self.store.start(workflow.header("x")), self.store.start(workflow.header("y")))
        let worker = WorkflowWorker(workflow, self.store)
        #expect(try await worker.drive(second) == .completed)
        #expect(try await worker.drive(second) == .completed)
        #expect(self.diary.lines == ["do a y"])
        #expect(try await self.store.status(of: first) == .running)
        #expect(try await worker.drive(.random()) == nil)
    }

    @Test func `pauses are kept, by the store's clock`() async throws {
        let policy = StepPolicy(timeout: .seconds(5), retry: .init(maximumAttempts: 3, base: .zero, cap: .zero))
        let workflow = Workflow.of([
            .step("a", policy: policy) { context in
                guard context.number == 2 else { throw StepFailure("busy", retry: .after(.seconds(600))) }
                return .null
            }
        ])
        let run = self.store.start(workflow.header())
        async let status = WorkflowWorker(workflow, self.store, poll: .milliseconds(5)).drive(run)
        try await eventually { self.store.kinds(of: run).last == .attemptFailed }
        self.store.turnClock(by: .seconds(600))
        #expect(try await status == .completed)
    }

    @Test func `somebody else's run is waited for`() async throws {
        let (begun, release) = (Gate(), Gate())
        let workflow = Workflow.of([
            .step("a") { [diary] _ in
                diary.note("do a")
                begun.open()
                try await release.pass()
                return .null
            }
        ])
        let run = self.store.start(workflow.header())
        try await withRunning([WorkflowWorker(workflow, self.store)]) { _ in
            try await begun.pass()
            async let status = WorkflowWorker(workflow, self.store, name: "driver").drive(run)
            let claims = self.store.count(of: .claim)
            try await eventually { self.store.count(of: .claim) > claims + 1 }
            release.open()
            #expect(try await status == .completed)
        }
        #expect(self.diary.lines == ["do a"])
    }

    @Test func `an earlier run about the subject comes first`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let (first, second) = (self.store.start(workflow.header()), self.store.start(workflow.header()))
        let worker = WorkflowWorker(workflow, self.store, poll: .milliseconds(5))
        async let status = worker.drive(second)
        try await eventually { self.store.count(of: .claim) > 2 }
        #expect(self.diary.lines.isEmpty)
        #expect(try await worker.drive(first) == .completed)
        #expect(try await status == .completed)
    }

    @Test func `a store without an answer is the caller's affair`() async throws {
        let workflow = Workflow.of([.step("a")])
        let run = self.store.start(workflow.header())
        self.store.fail(.claim, .beforeEffect)
        let worker = WorkflowWorker(workflow, self.store)
        await #expect(throws: StoreOutage(.claim)) { try await worker.drive(run) }
        #expect(try await worker.drive(run) == .completed)
    }

    @Test func `a worker that was shut down drives nothing`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let worker = WorkflowWorker(workflow, self.store)
        try await withRunning([worker]) { _ in }
        let run = self.store.start(workflow.header())
        let claims = self.store.count(of: .claim)
        #expect(try await worker.drive(run) == .running)
        #expect(self.store.count(of: .claim) == claims)
        #expect(self.diary.lines.isEmpty && self.store.holder(of: run) == nil)
    }

    @Test func `a driver that is cancelled stops`() async throws {
        let (begun, workflow) = (Gate(), Gate())
        let flow = Workflow.of([
            .step("a") { _ in
                begun.open()
                try await workflow.pass()
                return .null
            }
        ])
        let run = self.store.start(flow.header())
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let driver = Task { try await WorkflowWorker(flow, self.store).drive(run) }
        try await begun.pass()
        driver.cancel()
        await #expect(throws: CancellationError.self) { try await driver.value }
        #expect(self.store.kinds(of: run) == [.started, .attemptStarted])
    }

    @Test func `a run that is cancelled during a long pause is undone without waiting for it`() async throws {
        let workflow = Workflow.of([
            .step("a") { _ in throw StepFailure("busy", retry: .after(.seconds(600))) }
        ])
        let run = self.store.start(workflow.header())
        async let status = WorkflowWorker(workflow, self.store, poll: .milliseconds(5)).drive(run)
        try await eventually { self.store.kinds(of: run).last == .attemptFailed }
        self.store.cancel(run)
        #expect(try await status == .compensated)
    }
}
