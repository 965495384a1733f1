import Foundation
import Testing
import Workflow
import WorkflowTestKit

@Suite(.timeLimit(.minutes(1))) struct MemoryWorkflowStoreTests {
    private let store = MemoryWorkflowStore(clockRuns: false)
    private let workflow = Workflow.of([.step("a"), .step("b")])

    private func claim(
        only run: RunID? = nil, knowing steps: [StepName] = ["a", "b"], worker: String = "w"
    ) async throws -> ClaimedRun? {
        try await self.store.claim(
            ClaimRequest(workflows: ["flow": steps], worker: worker, lease: .seconds(10), only: run))
    }

    private func end(_ claimed: ClaimedRun?) async throws {
        let fence = try #require(claimed?.fence)
        _ = try await self.store.record([RunEvent(.completed)], under: fence, then: .end(.completed))
    }

    @Test func `runs about one subject are given out in order, one at a time`() async throws {
        let (first, second) = (self.store.start(self.workflow.header()), self.store.start(self.workflow.header()))
        #expect(self.store.runs == [first, second])
        #expect(try await self.claim(only: second) == nil)
        let claimed = try await self.claim()
        #expect(claimed?.header.id == first)
        #expect(try await self.claim() == nil)
        try await self.end(claimed)
        #expect(try await self.claim()?.header.id == second)
    }

    @Test func `a run that waits keeps later ones waiting, a dead one does not`() async throws {
        let (first, second) = (self.store.start(self.workflow.header()), self.store.start(self.workflow.header()))
        var fence = try #require(try await self.claim()?.fence)
        _ = try await self.store.record([.failed("a")], under: fence, then: .release(after: .seconds(5), .running))
        #expect(try await self.claim() == nil)
        self.store.turnClock(by: .seconds(5))
        fence = try #require(try await self.claim(only: first)?.fence)
        _ = try await self.store.record([RunEvent(.deadLettered)], under: fence, then: .end(.dead))
        let later = try await self.claim()
        #expect(later?.header.id == second)
        // Resumed, the first one is first again, but not beside the second.
        #expect(self.store.resume(first))
        #expect(try await self.claim() == nil)
        try await self.end(later)
        #expect(try await self.claim()?.header.id == first)
    }

    @Test func `different subjects do not wait for one another`() async throws {
        let runs = (0..<3).map { self.store.start(self.workflow.header("s\($0)")) }
        var claimed: [RunID] = []
        while let run = try await self.claim() { claimed.append(run.header.id) }
        #expect(claimed == runs)
    }

    @Test func `runs with unknown steps or workflows are left alone`() async throws {
        let run = self.store.start(self.workflow.header())
        self.store.start(Workflow.of([.step("a")], name: "other").header("other"))
        #expect(try await self.claim(knowing: ["a"]) == nil)
        #expect(try await self.claim(knowing: ["c", "b", "a"])?.header.id == run)
    }

    @Test func `a lease runs out by the store's clock, unless it is renewed`() async throws {
        let run = self.store.start(self.workflow.header())
        let fence = try #require(try await self.claim(worker: "one")?.fence)
        self.store.turnClock(by: .seconds(9))
        try await self.store.renew(fence, lease: .seconds(10))
        self.store.turnClock(by: .seconds(9))
        #expect(self.store.holder(of: run) == "one")
        #expect(try await self.claim() == nil)
        self.store.turnClock(by: .seconds(1))
        #expect(self.store.holder(of: run) == nil)
        let second = try #require(try await self.claim(worker: "two"))
        #expect(second.fence.attempt > fence.attempt)
        await #expect(throws: FenceLost(fence)) { try await self.store.renew(fence, lease: .seconds(10)) }
    }

    @Test func `a lease that ran out is still good while nobody else came`() async throws {
        self.store.start(self.workflow.header())
        let fence = try #require(try await self.claim()?.fence)
        self.store.turnClock(by: .seconds(100))
        let next = try await self.store.record(
            [.began("a")], under: fence, then: .keep(lease: .seconds(10), .running, isDurable: false))
        #expect(next == fence.next)
        #expect(try await self.claim() == nil)
    }

    @Test func `every write ends the right to write`() async throws {
        let run = self.store.start(self.workflow.header())
        let transitions: [RunTransition] = [
            .keep(lease: .seconds(10), .running, isDurable: true), .release(after: .zero, .running), .end(.completed),
        ]
        for transition in transitions {
            let claimed = try #require(try await self.claim())
            _ = try await self.store.record([.began("a")], under: claimed.fence, then: transition)
            let journal = self.store.journal(of: run)
            await #expect(throws: FenceLost(claimed.fence)) {
                try await self.store.record([.began("a")], under: claimed.fence, then: transition)
            }
            #expect(self.store.journal(of: run) == journal)
            self.store.turnClock(by: .seconds(10))
        }
        let stranger = Fence(run: .random(), attempt: 1)
        await #expect(throws: FenceLost(stranger)) {
            try await self.store.record([], under: stranger, then: .end(.completed))
        }
        await #expect(throws: FenceLost(stranger)) { try await self.store.renew(stranger, lease: .seconds(1)) }
    }

    @Test func `a run is cancelled and resumed only where it makes sense`() async throws {
        let run = self.store.start(self.workflow.header())
        #expect(!self.store.resume(run))
        let fence = try #require(try await self.claim()?.fence)
        #expect(self.store.cancel(run, reason: "deleted"))
        #expect(!self.store.cancel(run))
        await #expect(throws: FenceLost(fence)) { try await self.store.renew(fence, lease: .seconds(1)) }
        #expect(try await self.store.status(of: run) == .compensating)
        #expect(self.store.journal(of: run).last?.event == RunEvent(.cancelled, reason: "deleted"))
        let undoing = try #require(try await self.claim()?.fence)
        _ = try await self.store.record([RunEvent(.deadLettered)], under: undoing, then: .end(.dead))
        #expect(self.store.resume(run))
        #expect(try await self.store.status(of: run) == .compensating)
        let last = try #require(try await self.claim()?.fence)
        _ = try await self.store.record([RunEvent(.compensated)], under: last, then: .end(.compensated))
        #expect(!self.store.resume(run) && !self.store.cancel(run))
        #expect(!self.store.resume(.random()) && !self.store.cancel(.random()))
    }

    @Test func `a run that waits is resumed, one in somebody's hands is not`() async throws {
        let run = self.store.start(self.workflow.header())
        let fence = try #require(try await self.claim()?.fence)
        #expect(!self.store.resume(run))
        _ = try await self.store.record([.failed("a")], under: fence, then: .release(after: .seconds(60), .running))
        #expect(try await self.claim() == nil)
        #expect(self.store.resume(run))
        #expect(try await self.claim()?.header.id == run)
    }

    @Test func `a run can be started in the midst of it, and only once`() async throws {
        let header = self.workflow.header()
        self.store.start(header, events: [.began("a"), .done("a"), RunEvent(.deadLettered)])
        self.store.start(header)
        #expect(try await self.store.status(of: header.id) == .dead)
        #expect(self.store.journal(of: header.id).map(\.sequence) == [1, 2, 3, 4])
        #expect(try await self.store.status(of: .random()) == nil)
        #expect(self.store.journal(of: .random()).isEmpty)
    }

    @Test func `faults follow one another, with their effect or without`() async throws {
        let run = self.store.start(self.workflow.header())
        struct Own: Error {}
        self.store.fail(.claim, times: 2, .beforeEffect)
        self.store.fail(.claim, .beforeEffect, with: Own())
        self.store.fail(.claim, times: 0, .beforeEffect)
        self.store.fail(.claim, .afterEffect)
        for _ in 0..<2 { await #expect(throws: StoreOutage(.claim)) { try await self.claim() } }
        await #expect(throws: Own.self) { try await self.claim() }
        #expect(self.store.holder(of: run) == nil)
        await #expect(throws: StoreOutage(.claim)) { try await self.claim() }
        #expect(self.store.holder(of: run) == "w")
        #expect(try await self.claim() == nil)
        #expect(self.store.count(of: .claim) == 5)
        #expect("\(StoreOutage(.claim))" == "the store gave no answer to claim")

        self.store.turnClock(by: .seconds(10))
        let fence = try #require(try await self.claim()?.fence)
        self.store.fail(.renew, .afterEffect)
        self.store.turnClock(by: .seconds(9))
        await #expect(throws: StoreOutage(.renew)) { try await self.store.renew(fence, lease: .seconds(10)) }
        self.store.turnClock(by: .seconds(9))
        #expect(self.store.holder(of: run) == "w")
        self.store.fail(.record, .beforeEffect)
        self.store.fail(.record, .afterEffect)
        for expected in [1, 2] {
            await #expect(throws: StoreOutage(.record)) {
                try await self.store.record([.began("a")], under: fence, then: .end(.completed))
            }
            #expect(self.store.journal(of: run).count == expected)
        }
    }

    @Test func `who watches is told of every change, until it is cancelled`() async throws {
        let calls = Counter()
        // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
        let watching = Task { await self.store.watch { calls.add(1) } }
        try await eventually {
            self.store.turnClock(by: .zero)
            return calls.value > 0
        }
        let changes: [() async throws -> Void] = [
            { self.store.start(self.workflow.header()) },
            { self.store.cancel(self.store.runs[0]) },
            { self.store.turnClock(by: .seconds(1)) },
        ]
        for change in changes {
            let before = calls.value
            try await change()
            try await eventually { calls.value > before }
        }
        watching.cancel()
        await watching.value
    }

    @Test func `the clock goes by itself, or only when it is turned`() async throws {
        let before = self.store.now
        self.store.turnClock(by: .seconds(3600))
        self.store.turnClock(by: .seconds(-3600))
        #expect(self.store.now.timeIntervalSince(before) == 3600)
        let running = MemoryWorkflowStore()
        let start = running.now
        try await eventually { running.now > start }
    }
}
