import Synchronization

/// Lets requests wait, without a thread, until the client runs.
final class StartGate: Sendable {
    enum Phase: Sendable {
        case waiting
        case running
        case ended
    }

    private struct State: Sendable {
        var phase = Phase.waiting
        var waiters: [RequestID: CheckedContinuation<Phase, Never>] = [:]
    }

    private let state = Mutex(State())

    init() {}

    var phase: Phase { self.state.withLock { $0.phase } }

    /// Returns what the phase was before, and lets everybody who waits go on.
    @discardableResult
    func enter(_ phase: Phase) -> Phase {
        let (previous, waiters) = self.state.withLock { state in
            defer {
                state.phase = phase
                state.waiters = [:]
            }
            return (state.phase, Array(state.waiters.values))
        }
        for waiter in waiters { waiter.resume(returning: phase) }
        return previous
    }

    /// Waits for the start; `.waiting` if the deadline or a cancellation comes first.
    func wait(until deadline: ContinuousClock.Instant) async -> Phase {
        await withTaskGroup(of: Phase.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                // The clock of a deadline, not a guess at how long something takes; ends early when cancelled.
                try? await Task.sleep(until: deadline, clock: .continuous)
                return .waiting
            }
            let phase = await group.next() ?? .waiting
            group.cancelAll()
            return phase
        }
    }

    private func wait() async -> Phase {
        let id = RequestID.next()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = self.state.withLock { state -> Phase? in
                    if state.phase != .waiting || Task.isCancelled { return state.phase }
                    state.waiters[id] = waiter
                    return nil
                }
                if let isOver { waiter.resume(returning: isOver) }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .waiting)
        }
    }
}
