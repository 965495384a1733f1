import Synchronization

/// Where a connection leaves events for one subscription.
final class MessageInbox: Sendable {
    typealias Waiter = CheckedContinuation<RedisMessageEvent?, Never>

    private struct State {
        var buffer: MessageBuffer
        var waiter: Waiter?
    }

    let channels: Set<String>
    private let state: Mutex<State>

    init(channels: [String], limit: Int, byteLimit: Int) {
        self.channels = Set(channels)
        self.state = Mutex(State(buffer: MessageBuffer(limit: limit, byteLimit: byteLimit)))
    }

    func append(_ event: RedisMessageEvent) {
        let waiter = self.state.withLock { state -> Waiter? in
            if state.waiter == nil || state.buffer.isFinished { state.buffer.append(event) }
            return state.buffer.isFinished ? nil : state.waiter.take()
        }
        waiter?.resume(returning: event)
    }

    func finish() {
        let waiter = self.state.withLock { state -> Waiter? in
            state.buffer.finish()
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    /// The next event; nil at the end.
    ///
    /// One task at a time.
    func next() async -> RedisMessageEvent? {
        await withCheckedContinuation { waiter in
            let (now, previous) = self.state.withLock { state -> (RedisMessageEvent??, Waiter?) in
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
