import Foundation
import Synchronization
import Testing
import WorkflowTestKit

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct WorkflowWorkerTests {
    private let store = MemoryWorkflowStore()
    private let diary = Diary()

    private func ended(_ runs: [RunID], _ status: RunStatus = .completed) async throws -> Bool {
        for run in runs where try await self.store.status(of: run) != status { return false }
        return true
    }

    @Test(arguments: [1, 3]) func `no more runs at a time than allowed`(concurrency: Int) async throws {
        let (busy, everybody) = (Counter(), Gate())
        let workflow = Workflow.of([
            .step("a") { _ in
                busy.add(1)
                defer { busy.add(-1) }
                if busy.highest == concurrency { everybody.open() }
                // Nobody goes on before so many are here.
                try await everybody.pass()
                return .null
            },
            .step("b") { _ in
                busy.add(1)
                defer { busy.add(-1) }
                for _ in 0..<5 { await Task.yield() }
                return .null
            },
        ])
        let runs = (0..<30).map { self.store.start(workflow.header("s\($0)")) }
        try await withRunning([WorkflowWorker(workflow, self.store, concurrency: concurrency)]) { _ in
            try await eventually { try await self.ended(runs) }
        }
        #expect(busy.highest == concurrency)
    }

    @Test func `two workers share the work, each run once at a time, each subject in order`() async throws {
        let (subjects, overlaps, hands, diary) = (50, Counter(), Hands(), self.diary)
        let steps: [AnyWorkflowStep] = ["a", "b"].map { name in
            .step(StepName(rawValue: name)) { context in
                if !hands.take(context.subject) { overlaps.add(1) }
                defer { hands.put(context.subject) }
                diary.note("\(context.subject) \(context.fence.run) \(name)")
                await Task.yield()
                return .null
            }
        }
        let workflow = Workflow.of(steps)
        let runs = (0..<200).map { self.store.start(workflow.header("s\($0 % subjects)")) }
        try await withRunning([
            WorkflowWorker(workflow, self.store, name: "one", concurrency: 4),
            WorkflowWorker(workflow, self.store, name: "two", concurrency: 4),
        ]) { _ in
            try await eventually(within: .seconds(30)) { try await self.ended(runs) }
        }
        #expect(overlaps.value == 0)
        for subject in 0..<subjects {
            let expected = runs.enumerated().filter { $0.offset % subjects == subject }
                .flatMap { ["s\(subject) \($0.element) a", "s\(subject) \($0.element) b"] }
            #expect(diary.lines.filter { $0.hasPrefix("s\(subject) ") } == expected)
        }
        for run in runs { #expect(try await self.store.isSound(run)) }
    }

    @Test func `a run that is started wakes a worker that polls only rarely`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        try await withRunning([WorkflowWorker(workflow, self.store)]) { _ in
            try await eventually { self.store.count(of: .claim) > 0 }
            for turn in 0..<20 {
                let run = self.store.start(workflow.header("s\(turn % 2)"))
                try await eventually { try await self.ended([run]) }
            }
        }
    }

    @Test func `a worker that nobody calls finds its work all the same`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let silent = StoreStub(base: self.store, isSilent: true)
        try await withRunning([WorkflowWorker(workflow, silent, poll: .milliseconds(10))]) { _ in
            try await eventually { self.store.count(of: .claim) > 1 }
            let run = self.store.start(workflow.header())
            try await eventually { try await self.ended([run]) }
        }
    }

    @Test func `a claim that failed is tried again`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let run = self.store.start(workflow.header())
        self.store.fail(.claim, times: 3, .beforeEffect)
        try await withRunning([WorkflowWorker(workflow, self.store, poll: .milliseconds(5))]) { _ in
            try await eventually { try await self.ended([run]) }
        }
    }

    @Test func `a claim whose answer was lost is made good when the lease is over`() async throws {
        let workflow = Workflow.of([.thing("a", self.diary)])
        let run = self.store.start(workflow.header())
        self.store.fail(.claim, .afterEffect)
        try await withRunning([WorkflowWorker(workflow, self.store, poll: .milliseconds(5))]) { _ in
            try await eventually { self.store.count(of: .claim) > 3 }
            #expect(self.store.kinds(of: run) == [.started])
            self.store.turnClock(by: .seconds(15))
            try await eventually { try await self.ended([run]) }
        }
        #expect(self.diary.lines.count == 1)
        #expect(!self.store.kinds(of: run).contains(.attemptLost))
    }

    @Test func `a worker wakes itself when a pause is over`() async throws {
        let policy = StepPolicy(
            timeout: .seconds(5),
            retry: RetryPolicy(maximumAttempts: 3, base: .milliseconds(20), cap: .milliseconds(20)))
        let workflow = Workflow.of([
            .step("a", policy: policy) { context in
                guard context.number == 3 else { throw StepFailure("not yet", retry: .withBackoff) }
                return .null
            }
        ])
        // Neither a call nor the poll would do it in time.
        let silent = StoreStub(base: self.store, isSilent: true)
        let run = self.store.start(workflow.header())
        try await withRunning([WorkflowWorker(workflow, silent)]) { _ in
            try await eventually { try await self.ended([run]) }
        }
        #expect(self.store.journal(of: run).filter { $0.event.kind == .attemptFailed }.count == 2)
    }

    @Test func `a poison run does not keep the others waiting`() async throws {
        let workflow = Workflow.of([
            .step("a") { context in
                if context.subject == "poison" { throw StepFailure("always", retry: .withBackoff) }
                return .null
            }
        ])
        let poison = self.store.start(workflow.header("poison"))
        let runs = (0..<20).map { self.store.start(workflow.header("s\($0)")) }
        try await withRunning([WorkflowWorker(workflow, self.store)]) { _ in
            try await eventually { try await self.ended(runs) }
            try await eventually { try await self.ended([poison], .compensated) }
        }
        #expect(self.store.kinds(of: poison).filter { $0 == .attemptFailed }.count == 3)
    }

    @Test func `runs are taken up no faster than the pace`() async throws {
        let workflow = Workflow.of([.step("a")])
        let runs = (0..<5).map { self.store.start(workflow.header("s\($0)")) }
        try await withRunning([WorkflowWorker(workflow, self.store, concurrency: 4, startsPerSecond: 50)]) { _ in
            try await eventually { try await self.ended(runs) }
        }
        let starts = try runs.map { try #require(self.store.journal(of: $0).dropFirst().first).at }.sorted()
        // Four pauses of 20 ms; what is read before a claim is a little earlier than what is recorded after it.
        #expect(starts[4].timeIntervalSince(starts[0]) > 0.07)
    }
}

/// Who is in somebody's hands.
private final class Hands: Sendable {
    private let taken = Mutex(Set<String>())

    func take(_ subject: String) -> Bool { self.taken.withLock { $0.insert(subject).inserted } }
    func put(_ subject: String) { self.taken.withLock { _ = $0.remove(subject) } }
}
