import Logging

/// Runs one attempt: within its time, under a lease that is kept up meanwhile.
struct AttemptRunner: Sendable {
    /// How an attempt ended.
    enum Outcome: Sendable {
        case succeeded(StepResult<JSONDocument>, Duration)
        case failed(StepFailure, Duration)
        /// Somebody else has the run now; nothing is to be written.
        case lost
    }

    let store: any WorkflowStore
    let lease: Duration
    let logger: Logger

    func run(
        _ attempt: Attempt, of step: AnyWorkflowStep, header: RunHeader, state: RunState, under fence: Fence
    ) async -> Outcome {
        let context = StepContext(
            fence: fence, subject: header.subject, number: attempt.number, outputs: state.outputs)
        let output = state.output(of: attempt.step)
        let begin = ContinuousClock.now
        do {
            let result = try await self.keepingLease(fence, within: step.policy.timeout) {
                try await step.run(attempt.direction, input: header.input, output: output, in: context)
            }
            return .succeeded(result, begin.duration(to: .now))
        } catch is FenceLost {
            return .lost
        } catch {
            // Whatever a step makes of being cancelled with its worker, it is no failure of the step.
            guard !Task.isCancelled else { return .lost }
            if let failure = error as? StepFailure { return .failed(failure, begin.duration(to: .now)) }
            self.logger.warning(
                "Unexpected error in a step",
                metadata: ["step": "\(attempt.step)", "error": "\(String(reflecting: error))"])
            return .failed(Self.unexpected(error), begin.duration(to: .now))
        }
    }

    /// The type says enough for the record; the rest may hold anything and is only logged.
    private static func unexpected(_ error: any Error) -> StepFailure {
        StepFailure("unexpected \(type(of: error)); the server's log has it", retry: .withBackoff)
    }

    /// Three tasks race: the work, the clock, and the lease, which is renewed as long as both others go on.
    private func keepingLease(
        _ fence: Fence, within limit: Duration, _ work: @escaping @Sendable () async throws -> StepResult<JSONDocument>
    ) async throws -> StepResult<JSONDocument> {
        try await withThrowingTaskGroup(of: StepResult<JSONDocument>.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await ContinuousClock().sleep(for: limit)
                throw StepFailure("took longer than \(limit)", retry: .withBackoff)
            }
            group.addTask {
                try await self.renew(fence)
                throw FenceLost(fence)
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw FenceLost(fence) }
            return result
        }
    }

    /// Ends when the lease is lost: told so by the store, or because the store has not answered for a whole lease.
    private func renew(_ fence: Fence) async throws {
        var goodUntil = ContinuousClock.now + self.lease
        repeat {
            try await ContinuousClock().sleep(until: min(.now + self.lease / 3, goodUntil))
            // Counted from the question: the store's lease begins before its answer arrives. A process that was held up
            // may ask too late and still be right, if nobody has taken the run.
            let asked = ContinuousClock.now
            if try await self.isRenewed(fence, by: max(goodUntil, asked + self.lease / 3)) {
                goodUntil = asked + self.lease
            }
        } while ContinuousClock.now < goodUntil
    }

    /// Asks the store, which may fail or not answer at all.
    private func isRenewed(_ fence: Fence, by deadline: ContinuousClock.Instant) async throws -> Bool {
        do {
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.store.renew(fence, lease: self.lease)
                    return true
                }
                group.addTask {
                    try await ContinuousClock().sleep(until: deadline)
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next() ?? false
            }
        } catch let error as FenceLost {
            throw error
        } catch {
            // The attempt is over, and nobody needs the lease any more.
            try Task.checkCancellation()
            self.logger.warning("Lease not renewed", metadata: ["run": "\(fence.run)", "error": "\(error)"])
            return false
        }
    }
}
