import Synchronization
import Testing
import WorkflowTestKit

@testable import Workflow

@Suite(.timeLimit(.minutes(1))) struct AttemptRunnerTests {
    private let memory = MemoryWorkflowStore()

    /// Runs a step of a run that was really claimed.
    private func run(
        _ step: AnyWorkflowStep, lease: Duration = .seconds(15), store: (any WorkflowStore)? = nil,
        meanwhile: @escaping @Sendable (RunID) async throws -> Void = { _ in }
    ) async throws -> AttemptRunner.Outcome {
        let workflow = Workflow.of([step])
        let run = self.memory.start(workflow.header(RunID.random().description))
        let request = ClaimRequest(workflows: ["flow": workflow.plan], worker: "w", lease: lease, only: run)
        let claimed = try #require(try await self.memory.claim(request))
        let runner = AttemptRunner(store: store ?? self.memory, lease: lease, logger: quietLogger)
        let state = RunState(plan: workflow.plan, workflow: workflow)
        let attempt = Attempt(step: step.name, direction: .forward, number: 1)
        async let disturbance: Void = meanwhile(run)
        let outcome = await runner.run(attempt, of: step, header: claimed.header, state: state, under: claimed.fence)
        try await disturbance
        return outcome
    }

    private func failure(_ outcome: AttemptRunner.Outcome) -> StepFailure? {
        if case .failed(let failure, _) = outcome { failure } else { nil }
    }

    private func isLost(_ outcome: AttemptRunner.Outcome) -> Bool {
        if case .lost = outcome { true } else { false }
    }

    @Test func `what works gives its output, and how long it took`() async throws {
        let outcome = try await self.run(.step("a") { context in .integer(context.number) })
        guard case .succeeded(let result, let duration) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(result.output == 1)
        #expect(duration >= .zero && duration < .seconds(5))
    }

    @Test func `failures and errors`() async throws {
        let refused = try await self.run(.step("a") { _ in throw StepFailure("refused", retry: .never) })
        #expect(self.failure(refused)?.reason == "refused" && self.failure(refused)?.retry == .never)
        struct SecretError: Error, CustomStringConvertible { var description: String { "password=x" } }
        let unexpected = try await self.run(.step("a") { _ in throw SecretError() })
        #expect(self.failure(unexpected)?.retry == .withBackoff)
        #expect(self.failure(unexpected)?.reason == "unexpected SecretError; the server's log has it")
        let fenced = try await self.run(.step("a") { context in throw FenceLost(context.fence) })
        #expect(self.isLost(fenced))
    }

    @Test func `what takes too long is cancelled`() async throws {
        let cancelled = Counter()
        let policy = StepPolicy(timeout: .milliseconds(20), retry: .none)
        let outcome = try await self.run(
            .step("a", policy: policy) { _ in
                do { try await Gate().pass() } catch { cancelled.add(1) }
                return .null
            })
        #expect(self.failure(outcome)?.reason == "took longer than 0.02 seconds")
        #expect(self.failure(outcome)?.retry == .withBackoff)
        #expect(cancelled.value == 1)
    }

    @Test func `work that ignores its cancellation is waited for, and counts as failed`() async throws {
        let (release, ended) = (Gate(), Counter())
        let policy = StepPolicy(timeout: .milliseconds(20), retry: .none)
        let outcome = try await self.run(
            .step("a", policy: policy) { _ in
                await withCheckedContinuation { continuation in
                    // A task of its own does not hear of the cancellation.
                    Task {
                        try await release.pass()
                        continuation.resume()
                    }
                    // Opened only once the time is up.
                    Task {
                        try await ContinuousClock().sleep(for: .milliseconds(40))
                        release.open()
                    }
                }
                ended.add(1)
                return .null
            })
        #expect(self.failure(outcome)?.reason == "took longer than 0.02 seconds")
        #expect(ended.value == 1)
    }

    @Test func `the lease is kept up as long as it takes`() async throws {
        let store = self.memory
        let outcome = try await self.run(
            .step("a") { _ in
                try await eventually { store.count(of: .renew) >= 3 }
                return .null
            }, lease: .milliseconds(900))
        guard case .succeeded = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `a renewal that fails is tried again`() async throws {
        let store = self.memory
        store.fail(.renew, .beforeEffect)
        let outcome = try await self.run(
            .step("a") { _ in
                try await eventually { store.count(of: .renew) >= 2 }
                return .null
            }, lease: .milliseconds(2_100))
        guard case .succeeded = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `who loses the run stops and writes nothing`() async throws {
        let (store, begun) = (self.memory, Gate())
        let outcome = try await self.run(
            .step("a") { _ in
                begun.open()
                try await Gate().pass()
                return .null
            }, lease: .milliseconds(60)
        ) { run in
            try await begun.pass()
            store.cancel(run)
        }
        #expect(self.isLost(outcome))
    }

    @Test func `a store that refuses to answer for a whole lease loses the run`() async throws {
        self.memory.fail(.renew, times: 1_000, .beforeEffect)
        let outcome = try await self.run(
            .step("a") { _ in
                try await Gate().pass()
                return .null
            }, lease: .milliseconds(60))
        #expect(self.isLost(outcome))
    }

    @Test func `so does one that never answers`() async throws {
        let store = StoreStub(base: self.memory, renewing: { try await Gate().pass() })
        let outcome = try await self.run(
            .step("a") { _ in
                try await Gate().pass()
                return .null
            }, lease: .milliseconds(60), store: store)
        #expect(self.isLost(outcome))
    }

    @Test func `a cancelled worker's attempt is lost, whatever the step makes of it`() async throws {
        for planted in [StepFailure("cancelled", retry: .never), CancellationError()] as [any Error] {
            let begun = Gate()
            // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
            let task = Task {
                try await self.run(
                    .step("a") { _ in
                        begun.open()
                        do { try await Gate().pass() } catch { throw planted }
                        return .null
                    })
            }
            try await begun.pass()
            task.cancel()
            #expect(try await self.isLost(task.value))
        }
    }

    @Test func `a failure at the moment of being cancelled is none`() async throws {
        // Who is first to hear of it differs from time to time.
        for _ in 0..<50 {
            let (begun, itself) = (Gate(), Handle())
            // Awaited below; a task of its own, so that the test decides when it is cancelled or heard of.
            let task = Task {
                try await begun.pass()
                return try await self.run(
                    .step("a") { _ in
                        itself.cancel()
                        throw StepFailure("cancelled", retry: .never)
                    })
            }
            itself.set { task.cancel() }
            begun.open()
            #expect(try await self.isLost(task.value))
        }
    }
}

/// A way to cancel a task from within.
private final class Handle: Sendable {
    private let state = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ cancel: @escaping @Sendable () -> Void) { self.state.withLock { $0 = cancel } }
    func cancel() { self.state.withLock { $0 }?() }
}
