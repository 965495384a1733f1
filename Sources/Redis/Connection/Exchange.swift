import NIOCore
import Synchronization

/// Commands that are sent together, and the task that waits for their replies.
///
/// `new -> waiting -> written -> finished`; a deadline or a cancellation finishes it in any state, once. What has been
/// written and finished keeps its place in the connection, so that its late replies are swallowed in order.
final class Exchange: Sendable {
    typealias Waiter = CheckedContinuation<RedisValue, any Error>

    private struct State {
        var waiter: Waiter?
        var isWritten = false
        var failure: RedisError?
        var isFinished = false
    }

    let wire: [UInt8]
    /// How many replies it takes.
    let count: Int
    let deadline: NIODeadline
    private let state = Mutex(State())

    init(wire: [UInt8], count: Int, deadline: NIODeadline) {
        self.wire = wire
        self.count = count
        self.deadline = deadline
    }

    /// Whether the exchange goes on; if not, the waiter has been told why.
    func install(_ waiter: Waiter) -> Bool {
        let failure = self.state.withLock { state -> RedisError? in
            if !state.isFinished { state.waiter = waiter }
            return state.failure
        }
        if let failure { waiter.resume(throwing: failure) }
        return failure == nil
    }

    /// Whether it is to be written: nobody has given it up yet.
    func beginWriting() -> Bool {
        self.state.withLock { state in
            if !state.isFinished { state.isWritten = true }
            return state.isWritten
        }
    }

    func succeed(_ value: RedisValue) {
        let waiter = self.state.withLock { state -> Waiter? in
            state.isFinished = true
            return state.waiter.take()
        }
        waiter?.resume(returning: value)
    }

    /// Nothing happens if it has finished already.
    func fail(_ error: (RedisError.Outcome) -> RedisError) {
        let (waiter, failure) = self.state.withLock { state -> (Waiter?, RedisError?) in
            guard !state.isFinished else { return (nil, nil) }
            state.isFinished = true
            state.failure = error(state.isWritten ? .unknown : .notSent)
            return (state.waiter.take(), state.failure)
        }
        if let failure { waiter?.resume(throwing: failure) }
    }
}
