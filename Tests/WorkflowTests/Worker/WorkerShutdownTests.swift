import ServiceLifecycle
import Testing
import WorkflowTestKit

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct WorkerShutdownTests {
    private let store = MemoryWorkflowStore()
    private let diary = Diary()

    /// A first step that waits at a gate, and a second one.
    private func workflow(_ begun: Gate, _ release: Gate) -> Workflow {
        .of([
            .step("a") { _ in
                begun.open()
                try await release.pass()
                return .null
            }, .thing("b", self.diary),
        ])
    }

    @Test func `the attempt under way is finished, and the run is free for others at once`() async throws {
        let begun = Gate()
        let workflow = Workflow.of([
            .step("a") { [store] context in
                begun.open()
                // Goes on for a while after the signal.
                try await gracefulShutdown()
                #expect(store.holder(of: context.fence.run) == "worker")
                return .null
            }, .thing("b", self.diary),
        ])
        let run = self.store.start(workflow.header("s"))
        try await withRunning([WorkflowWorker(workflow, self.store)]) { _ in try await begun.pass() }
        #expect(self.store.kinds(of: run) == [.started, .attemptStarted, .attemptSucceeded])
        #expect(self.store.holder(of: run) == nil && self.diary.lines.isEmpty)
        #expect(try await WorkflowWorker(workflow, self.store, name: "other").drive(run) == .completed)
        #expect(self.diary.lines == ["do b s"])
        #expect(!self.store.kinds(of: run).contains(.attemptLost))
    }

    @Test(arguments: 0..<20) func `an idle worker ends at once`(turns: Int) async throws {
        // Every time a little later: in the first claim, before the first wait, in it.
        try await withRunning([WorkflowWorker(.of([.step("a")]), self.store)]) { _ in
            for _ in 0..<turns * 5 { await Task.yield() }
        }
    }

    @Test func `shutdown does not wait for the pace`() async throws {
        let workflow = Workflow.of([.step("a")])
        let runs = (0..<2).map { self.store.start(workflow.header("s\($0)")) }
        try await withRunning([WorkflowWorker(workflow, self.store, startsPerSecond: 0.001)]) { _ in
            try await eventually { try await self.store.status(of: runs[0]) == .completed }
        }
        #expect(self.store.kinds(of: runs[1]) == [.started])
    }

    @Test func `shutdown does not wait for pauses`() async throws {
        let policy = StepPolicy(
            timeout: .seconds(5), retry: RetryPolicy(maximumAttempts: 3, base: .zero, cap: .zero))
        let workflow = Workflow.of([
            .step("a", policy: policy) { _ in throw StepFailure("busy", retry: .after(.seconds(50))) }
        ])
        let run = self.store.start(workflow.header())
        try await withRunning([WorkflowWorker(workflow, self.store)]) { _ in
            try await eventually { self.store.kinds(of: run).last == .attemptFailed }
        }
        #expect(try await self.store.status(of: run) == .running)
    }

    @Test func `a run that is claimed during shutdown is put down`() async throws {
        let asked = Gate()
        let workflow = Workflow.of([.thing("a", self.diary)])
        let slow = StoreStub(
            base: self.store,
            claiming: {
                asked.open()
                try await gracefulShutdown()
            })
        let run = self.store.start(workflow.header())
        try await withRunning([WorkflowWorker(workflow, slow)]) { _ in try await asked.pass() }
        #expect(self.store.kinds(of: run) == [.started] && self.store.holder(of: run) == nil)
        #expect(self.diary.lines.isEmpty)
    }

    @Test func `a worker that is killed is replaced when its lease runs out`() async throws {
        let (begun, release) = (Gate(), Gate())
        let workflow = self.workflow(begun, release)
        let run = self.store.start(workflow.header("s"))
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let killed = Task { try await WorkflowWorker(workflow, self.store, name: "one").run() }
        try await begun.pass()
        killed.cancel()
        try await killed.value
        #expect(self.store.kinds(of: run) == [.started, .attemptStarted])
        #expect(self.store.holder(of: run) == "one")

        release.open()
        try await withRunning([WorkflowWorker(workflow, self.store, name: "two")]) { _ in
            try await eventually { self.store.count(of: .claim) > 2 }
            #expect(self.store.holder(of: run) == "one")
            self.store.turnClock(by: .seconds(15))
            try await eventually { try await self.store.status(of: run) == .completed }
        }
        let kinds: [RunEvent.Kind] = [.started, .attemptStarted, .attemptLost, .attemptStarted, .attemptSucceeded]
        #expect(self.store.kinds(of: run).prefix(5) == kinds[...])
        #expect(self.store.journal(of: run)[3].event.number == 2)
    }

    @Test(arguments: 0..<20) func `a worker can be killed at any moment`(turns: Int) async throws {
        let workflow = Workflow.of([.thing("a", self.diary), .thing("b", self.diary)])
        let runs = (0..<5).map { self.store.start(workflow.header("s\($0)")) }
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let killed = Task { try await WorkflowWorker(workflow, self.store, concurrency: 2).run() }
        for _ in 0..<turns * 3 { await Task.yield() }
        killed.cancel()
        try await killed.value
        self.store.turnClock(by: .seconds(15))
        let other = WorkflowWorker(workflow, self.store, name: "other")
        for run in runs {
            #expect(try await other.drive(run) == .completed)
            #expect(try await self.store.isSound(run))
            #expect(self.store.kinds(of: run).filter { $0 == .attemptSucceeded }.count == 2)
        }
    }

    @Test func `the slow one of two holders writes nothing`() async throws {
        let (begun, release, results) = (Gate(), Gate(), Counter())
        let workflow = Workflow.of([
            .step("a") { context in
                if context.number == 1 {
                    begun.open()
                    try await release.pass()
                }
                results.add(1)
                return .integer(context.number)
            }
        ])
        let run = self.store.start(workflow.header())
        // Like a process that was stopped and continued: it does not renew its lease meanwhile.
        let stopped = StoreStub(base: self.store, renewing: { try await release.pass() })
        async let slow = WorkflowWorker(workflow, stopped, name: "slow").drive(run)
        try await begun.pass()
        self.store.turnClock(by: .seconds(15))
        #expect(try await WorkflowWorker(workflow, self.store, name: "quick").drive(run) == .completed)
        let journal = self.store.journal(of: run)
        release.open()
        #expect(try await slow == .completed)
        #expect(self.store.journal(of: run) == journal)
        #expect(results.value == 2 && journal.compactMap(\.event.output) == [2])
    }
}
