import Synchronization

/// Tells any number of tasks that a process has ended, and how; set once, by the thread that waits for the process.
final class ExitSignal: Sendable {
    private struct State {
        var status: Termination?
        var waiters: [Int: CheckedContinuation<Termination, any Error>] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// How the process ended; nil while it runs.
    var status: Termination? { state.withLock { $0.status } }

    /// Wakes all who wait.
    func set(_ status: Termination) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    /// Waits until the process has ended; throws `CancellationError` when the task is cancelled before.
    func wait() async throws -> Termination {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                register(continuation, as: number)
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }

    /// Waits at most this long; nil when the process still runs then.
    func wait(atMost limit: Duration) async throws -> Termination? {
        // Or a limit of zero could win against what is known already.
        if let status = self.status { return status }
        return try await withThrowingTaskGroup(of: Termination?.self) { group in
            group.addTask { try await self.wait() }
            group.addTask {
                // The deadline itself, not a guess at how long something takes.
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func register(_ continuation: CheckedContinuation<Termination, any Error>, as number: Int) {
        // Asked inside the lock's owner: a cancellation that came before the registration found no waiter to wake.
        let cancelled = Task.isCancelled
        let status: Termination? = state.withLock { state in
            if state.status == nil, !cancelled { state.waiters[number] = continuation }
            return state.status
        }
        if let status {
            continuation.resume(returning: status)
        } else if cancelled {
            continuation.resume(throwing: CancellationError())
        }
    }
}
