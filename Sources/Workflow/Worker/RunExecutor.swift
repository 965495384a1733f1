import Logging

/// Works on one run for as long as it may: attempt after attempt, until the run is over, has to wait, or is lost.
struct RunExecutor: Sendable {
    /// How it ended.
    enum Ending: Sendable, Hashable {
        /// The run is over, or waits for somebody.
        case ended(RunStatus)
        /// The run is due again after this time.
        case waiting(Duration)
        /// Somebody else has the run.
        case lost
    }

    let workflow: Workflow
    let store: any WorkflowStore
    let lease: Duration
    let logger: Logger
    /// Whether to stop after the attempt under way.
    let isStopping: @Sendable () -> Bool
    let random: @Sendable () -> Double

    /// Works on a run that was just claimed.
    func work(on claimed: ClaimedRun) async -> Ending {
        var state = RunState(plan: claimed.header.plan, workflow: self.workflow, events: claimed.events.map(\.event))
        var fence = claimed.fence
        var pending: [RunEvent] = []
        if let open = state.openAttempt {
            let policy = self.workflow[open.step]?.policy.retry ?? .standard
            self.add(state.eventsAfterLoss(of: open, policy: policy), to: &pending, &state)
        }
        do {
            while true {
                switch state.next {
                case .none:
                    // A dead letter, or a run that was over already.
                    _ = try await self.write(pending, under: fence, then: .end(state.status))
                    return .ended(state.status)
                case .end(let kind):
                    self.add([RunEvent(kind, reason: state.reason)], to: &pending, &state)
                case .attempt(let attempt):
                    guard let step = self.workflow[attempt.step] else { return .lost }
                    if self.isStopping() || Task.isCancelled {
                        _ = try await self.write(pending, under: fence, then: .release(after: .zero, state.status))
                        return .waiting(.zero)
                    }
                    if let ending = try await self.attempt(attempt, step, claimed.header, &state, &fence, &pending) {
                        return ending
                    }
                }
            }
        } catch is FenceLost {
            return .lost
        } catch {
            // The lease runs out by itself, and then somebody finds out how far the run had come.
            self.logger.warning("Run put down", metadata: ["run": "\(fence.run)", "error": "\(error)"])
            return .lost
        }
    }

    /// Tries a step; nil if the run goes on.
    private func attempt(
        _ attempt: Attempt, _ step: AnyWorkflowStep, _ header: RunHeader, _ state: inout RunState,
        _ fence: inout Fence, _ pending: inout [RunEvent]
    ) async throws -> Ending? {
        let wasExternal = pending.contains { $0.step.flatMap { self.workflow[$0] }?.effect == .external }
        self.add([RunEvent(.attemptStarted, attempt)], to: &pending, &state)
        // What has no effect may be done again by whoever comes next, without a word about this time.
        if step.effect != .none {
            fence = try await self.write(
                pending, under: fence,
                then: .keep(lease: self.lease, state.status, isDurable: step.effect == .external || wasExternal))
            pending = []
        }
        let runner = AttemptRunner(store: self.store, lease: self.lease, logger: self.logger)
        switch await runner.run(attempt, of: step, header: header, state: state, under: fence) {
        case .lost: return .lost
        case .succeeded(let result, let duration):
            var event = RunEvent(.attemptSucceeded, attempt)
            event.output = attempt.direction == .forward ? result.output : nil
            event.evidence = result.evidence
            event.milliseconds = duration.wholeMilliseconds
            self.add([event], to: &pending, &state)
        case .failed(let failure, let duration):
            self.logger.notice(
                "Step failed",
                metadata: [
                    "run": "\(header.id)", "step": "\(step.name)", "reason": "\(failure.reason)",
                    "error.debug": "\(failure.cause.map { String(reflecting: $0) } ?? "-")",
                ])
            let events = state.events(
                after: failure, of: attempt, policy: step.policy.retry, milliseconds: duration.wholeMilliseconds,
                jitter: self.random())
            self.add(events, to: &pending, &state)
            guard events.count == 1 else { return nil }
            let delay = Duration.milliseconds(events[0].retryInMilliseconds ?? 0)
            _ = try await self.write(pending, under: fence, then: .release(after: delay, state.status))
            return .waiting(delay)
        }
        return nil
    }

    private func add(_ events: [RunEvent], to pending: inout [RunEvent], _ state: inout RunState) {
        for event in events { state.apply(event) }
        pending += events
    }

    /// Writes, again and again for the length of a lease while the store has no answer: what was done should not have to
    /// be done again because of a moment's outage.
    ///
    /// A write whose answer was lost may have happened; the fence then refuses the next, and the run is taken up anew.
    private func write(_ events: [RunEvent], under fence: Fence, then transition: RunTransition) async throws -> Fence {
        let deadline = ContinuousClock.now + self.lease
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await self.store.record(events, under: fence, then: transition)
            } catch let error as FenceLost {
                throw error
            } catch {
                guard ContinuousClock.now + pause < deadline, !Task.isCancelled else { throw error }
                try await ContinuousClock().sleep(for: pause)
                pause = min(pause * 2, .seconds(1))
            }
        }
    }
}
