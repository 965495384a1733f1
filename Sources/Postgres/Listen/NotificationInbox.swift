import Synchronization

/// Where the I/O thread leaves events for one subscription.
final class NotificationInbox: Sendable {
    typealias Waiter = CheckedContinuation<PostgresNotificationEvent?, Never>

    private struct State: Sendable {
        var buffer: NotificationBuffer
        var waiter: Waiter?
    }

    let id = RequestID.next()
    let channels: [String]
    private let state: Mutex<State>

    init(channels: [String], limit: Int) {
        self.channels = channels
        self.state = Mutex(State(buffer: NotificationBuffer(limit: limit)))
    }

    func append(_ event: PostgresNotificationEvent) {
        let waiter = self.state.withLock { state -> Waiter? in
            guard let waiter = state.waiter, !state.buffer.isFinished else {
                state.buffer.append(event)
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: event)
    }

    func finish() {
        let waiter = self.state.withLock { state -> Waiter? in
            state.buffer.finish()
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// The next event; nil at the end.
    ///
    /// One task at a time.
    func next() async -> PostgresNotificationEvent? {
        await withCheckedContinuation { waiter in
            let (now, previous) = self.state.withLock { state -> (PostgresNotificationEvent??, Waiter?) in
                if let event = state.buffer.popFirst() { return (.some(event), nil) }
                if state.buffer.isFinished { return (.some(nil), nil) }
                defer { state.waiter = waiter }
                return (nil, state.waiter)
            }
            previous?.resume(returning: nil)
            if let now { waiter.resume(returning: now) }
        }
    }
}
