import Synchronization

/// Wakes whoever waits; a signal that nobody waits for is kept until somebody does, once.
final class WakeSignal: Sendable {
    private struct State {
        var isRaised = false
        /// One, as a rule; more of them must not lose one another.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Wakes the waiting tasks, or the next one that waits.
    func raise() {
        let waiters = self.state.withLock { state in
            defer { state.waiters = [] }
            state.isRaised = state.waiters.isEmpty
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for a signal, or until the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    guard !state.isRaised, !Task.isCancelled else {
                        state.isRaised = false
                        return true
                    }
                    state.waiters.append(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            self.raise()
        }
    }
}
