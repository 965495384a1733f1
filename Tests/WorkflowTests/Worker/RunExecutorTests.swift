import Testing
import WorkflowTestKit

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct RunExecutorTests {
    private let store = MemoryWorkflowStore(clockRuns: false)
    private let diary = Diary()

    private func execute(
        _ workflow: Workflow, _ run: RunID, lease: Duration = .seconds(1), isStopping: Bool = false
    ) async throws -> RunExecutor.Ending? {
        let request = ClaimRequest(workflows: [workflow.name: workflow.plan], worker: "w", lease: lease, only: run)
        guard let claimed = try await self.store.claim(request) else { return nil }
        let executor = RunExecutor(
            workflow: workflow, store: self.store, lease: lease, logger: quietLogger, isStopping: { isStopping },
            random: { 1 })
        return await executor.work(on: claimed)
    }

    @Test func `a run that goes well`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary), .thing("b", self.diary)])
        let run = self.store.start(workflow.header("s"))
        #expect(try await self.execute(workflow, run) == .ended(.completed))
        #expect(self.diary.lines == ["do a s", "do b s"])
        let kinds: [RunEvent.Kind] = [
            .started, .attemptStarted, .attemptSucceeded, .attemptStarted, .attemptSucceeded, .completed,
        ]
        #expect(self.store.kinds(of: run) == kinds)
        // Two attempts, and the end: what follows one another is written together.
        #expect(self.store.count(of: .record) == 3)
        #expect(self.store.journal(of: run)[2].event.output == "a")
        #expect(self.store.journal(of: run)[2].event.milliseconds != nil)
    }

    @Test func `a run that fails is undone, the half-done step first`() async throws {
        let workflow = Workflow.of([
            .thing("a", self.diary),
            .step("b") { _ in
                throw StepFailure("no", retry: .never)
            } undo: { [diary] _ in
                diary.note("undo b")
            }, .thing("c", self.diary),
        ])
        let run = self.store.start(workflow.header("s"))
        #expect(try await self.execute(workflow, run) == .ended(.compensated))
        #expect(self.diary.lines == ["do a s", "undo b", "undo a s"])
        #expect(self.store.journal(of: run).last?.event.reason == "b: no")
    }

    @Test func `a run that waits is free meanwhile`() async throws {
        let policy = StepPolicy(
            timeout: .seconds(5), retry: RetryPolicy(maximumAttempts: 3, base: .seconds(10), cap: .seconds(60)))
        let workflow = Workflow.of([
            .step("a", policy: policy) { context in
                guard context.number == 3 else { throw StepFailure("not yet", retry: .withBackoff) }
                return .null
            }
        ])
        let run = self.store.start(workflow.header())
        #expect(try await self.execute(workflow, run) == .waiting(.seconds(10)))
        #expect(self.store.holder(of: run) == nil)
        #expect(try await self.execute(workflow, run) == nil)
        self.store.turnClock(by: .seconds(10))
        #expect(try await self.execute(workflow, run) == .waiting(.seconds(20)))
        self.store.turnClock(by: .seconds(20))
        #expect(try await self.execute(workflow, run) == .ended(.completed))
    }

    @Test func `a poison run ends`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary), .thing("b", self.diary)])
        let run = self.store.start(
            workflow.header("s"),
            events: [.began("a"), .done("a"), .began("b"), .lost("b"), .began("b", 2), .lost("b", 2), .began("b", 3)])
        #expect(try await self.execute(workflow, run) == .ended(.compensated))
        #expect(self.diary.lines == ["undo b s", "undo a s"])
        #expect(self.store.kinds(of: run).filter { $0 == .attemptLost }.count == 3)
    }

    @Test func `a stopping worker puts the run down at once`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let run = self.store.start(workflow.header(), events: [.began("a")])
        #expect(try await self.execute(workflow, run, isStopping: true) == .waiting(.zero))
        #expect(self.store.kinds(of: run) == [.started, .attemptStarted, .attemptLost])
        #expect(self.diary.lines.isEmpty && self.store.holder(of: run) == nil)
    }

    @Test func `a cancelled worker begins nothing`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let run = self.store.start(workflow.header())
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await self.execute(workflow, run)
        }
        #expect(try await task.value == .waiting(.zero))
        #expect(self.diary.lines.isEmpty && self.store.holder(of: run) == nil)
    }

    @Test func `a run with a step that nobody knows is left alone`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        var header = workflow.header()
        header = RunHeader(id: header.id, workflow: "flow", subject: "s", input: .null, plan: ["a", "new"])
        let run = self.store.start(header, events: [.began("a"), .done("a")])
        let request = ClaimRequest(workflows: ["flow": ["a", "new"]], worker: "w", lease: .seconds(1))
        let claimed = try #require(try await self.store.claim(request))
        let executor = RunExecutor(
            workflow: workflow, store: self.store, lease: .seconds(1), logger: quietLogger, isStopping: { false },
            random: { 1 })
        #expect(await executor.work(on: claimed) == .lost)
        #expect(self.store.journal(of: run).count == 3)
    }

    @Test(arguments: [1, 2, 3]) func `a write that failed is repeated`(times: Int) async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let run = self.store.start(workflow.header("s"))
        self.store.fail(.record, times: times, .beforeEffect)
        #expect(try await self.execute(workflow, run) == .ended(.completed))
        #expect(self.diary.lines == ["do a s"])
        #expect(self.store.count(of: .record) == 2 + times)
    }

    /// Which of the three writes of a run with two steps loses its answer.
    @Test(arguments: [0, 1, 2]) func `a write whose answer was lost happens once`(write: Int) async throws {
        let workflow = Workflow.of([
            .step("a") { [store, diary] context in
                diary.note("do a")
                if write == 1, context.number == 1 { store.fail(.record, .afterEffect) }
                return .null
            },
            .step("b") { [store, diary] context in
                diary.note("do b")
                if write == 2, context.number == 1 { store.fail(.record, .afterEffect) }
                return .null
            },
        ])
        let run = self.store.start(workflow.header("s"))
        if write == 0 { self.store.fail(.record, .afterEffect) }
        #expect(try await self.execute(workflow, run) == .lost)
        if write == 2 {
            // It was the last one.
            #expect(try await self.store.status(of: run) == .completed)
        } else {
            #expect(try await self.execute(workflow, run) == nil, "the lease is still good")
            self.store.turnClock(by: .seconds(1))
            #expect(try await self.execute(workflow, run) == .ended(.completed))
        }
        #expect(self.diary.lines == ["do a", "do b"])
        let kinds = self.store.kinds(of: run)
        #expect(kinds.filter { $0 == .attemptSucceeded }.count == 2 && kinds.filter { $0 == .completed }.count == 1)
        #expect(kinds.filter { $0 == .attemptLost }.count == (write == 2 ? 0 : 1))
        #expect(try await self.store.isSound(run))
    }

    @Test func `a store that is out for longer than the lease loses the run`() async throws {
        let workflow = Workflow.of([
            .step("a") { [store, diary] context in
                diary.note("do a")
                if context.number == 1 { store.fail(.record, times: 100, .beforeEffect) }
                return .null
            }
        ])
        let run = self.store.start(workflow.header())
        #expect(try await self.execute(workflow, run, lease: .milliseconds(120)) == .lost)
        self.store.turnClock(by: .seconds(1))
        #expect(self.store.kinds(of: run) == [.started, .attemptStarted])
    }

    @Test func `a cancellation in the midst of a step wins`() async throws {
        let workflow = Workflow.of([
            .step("a") { [store] context in
                store.cancel(context.fence.run, reason: "deleted")
                return .null
            } undo: { [diary] _ in
                diary.note("undo a")
            }
        ])
        let run = self.store.start(workflow.header())
        #expect(try await self.execute(workflow, run) == .lost)
        #expect(try await self.execute(workflow, run) == .ended(.compensated))
        #expect(self.diary.lines == ["undo a"])
        #expect(
            !self.store.journal(of: run).contains {
                $0.event.kind == .attemptSucceeded && $0.event.direction == .forward
            })
    }

    @Test func `a run that is resumed goes on where it stopped`() async throws {
        let broken = Counter()
        let workflow = Workflow.of(
            [
                .thing("a", self.diary),
                .step("b") { _ in
                    broken.add(1)
                    if broken.value == 1 { throw StepFailure("no", retry: .never) }
                    return .null
                },
            ], exhaustion: .deadLetter)
        let run = self.store.start(workflow.header("s"))
        #expect(try await self.execute(workflow, run) == .ended(.dead))
        #expect(try await self.execute(workflow, run) == nil)
        #expect(self.store.resume(run))
        #expect(try await self.execute(workflow, run) == .ended(.completed))
        #expect(self.diary.lines == ["do a s"])
    }

    @Test func `only effects outside make writes durable`() async throws {
        let written = Durability(base: self.store)
        let workflow = Workflow.of([
            .step("inside"), .step("outside", effect: .external), .step("inside2"), .step("inside3"),
        ])
        let run = self.store.start(workflow.header())
        let request = ClaimRequest(workflows: ["flow": workflow.plan], worker: "w", lease: .seconds(1), only: run)
        let claimed = try #require(try await self.store.claim(request))
        let executor = RunExecutor(
            workflow: workflow, store: written, lease: .seconds(1), logger: quietLogger, isStopping: { false },
            random: { 1 })
        #expect(await executor.work(on: claimed) == .ended(.completed))
        // Before it begins, and when it is over.
        #expect(written.diary.lines == ["false", "true", "true", "false", "end"])
    }

    @Test func `the record of a step without effect travels with the next`() async throws {
        let written = Durability(base: self.store)
        let workflow = Workflow.of([
            .step("inside"), .step("look", effect: .none), .step("report", effect: .none), .step("inside2"),
            .step("last", effect: .none),
        ])
        let run = self.store.start(workflow.header())
        let request = ClaimRequest(workflows: ["flow": workflow.plan], worker: "w", lease: .seconds(1), only: run)
        let claimed = try #require(try await self.store.claim(request))
        let executor = RunExecutor(
            workflow: workflow, store: written, lease: .seconds(1), logger: quietLogger, isStopping: { false },
            random: { 1 })
        #expect(await executor.work(on: claimed) == .ended(.completed))
        #expect(written.diary.lines == ["false", "false", "end"])
        let kinds = self.store.journal(of: run).map(\.event.kind)
        #expect(kinds.count { $0 == .attemptStarted } == 5 && kinds.count { $0 == .attemptSucceeded } == 5)
    }

    private struct Durability: WorkflowStore {
        let base: MemoryWorkflowStore
        let diary = Diary()

        func claim(_ request: ClaimRequest) async throws -> ClaimedRun? { try await self.base.claim(request) }
        func record(_ events: [RunEvent], under fence: Fence, then transition: RunTransition) async throws -> Fence {
            if case .keep(_, _, let isDurable) = transition {
                self.diary.note("\(isDurable)")
            } else {
                self.diary.note("end")
            }
            return try await self.base.record(events, under: fence, then: transition)
        }
        func renew(_ fence: Fence, lease: Duration) async throws { try await self.base.renew(fence, lease: lease) }
        func status(of run: RunID) async throws -> RunStatus? { try await self.base.status(of: run) }
        func watch(_ onChange: @Sendable () -> Void) async {}
    }
}
