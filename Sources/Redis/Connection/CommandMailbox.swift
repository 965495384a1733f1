import Synchronization

/// Where tasks leave what a connection is to send.
///
/// The first one to leave something wakes the connection; what is left until it looks goes out in the same write.
final class CommandMailbox: Sendable {
    enum Posting {
        case wake
        case noted
        case full
        case closed
    }

    private struct State {
        var exchanges: [Exchange] = []
        /// How many commands have not been answered, those already taken out included.
        var pending = 0
        var isWoken = false
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = max(1, limit) }

    /// How many commands have not been answered.
    var pending: Int { self.state.withLock { $0.pending } }

    func post(_ exchange: Exchange) -> Posting {
        self.state.withLock { state in
            if state.isClosed { return .closed }
            // Whatever its size, one pipeline alone is not too much.
            guard state.pending == 0 || state.pending + exchange.count <= self.limit else { return .full }
            state.pending += exchange.count
            state.exchanges.append(exchange)
            defer { state.isWoken = true }
            return state.isWoken ? .noted : .wake
        }
    }

    /// What was left since the last time.
    func take() -> [Exchange] {
        self.state.withLock { state in
            state.isWoken = false
            var taken: [Exchange] = []
            swap(&taken, &state.exchanges)
            return taken
        }
    }

    /// So many commands are no longer waited for.
    func release(_ count: Int) {
        self.state.withLock { $0.pending -= count }
    }

    /// From now on nothing is accepted; returns what was left.
    func close() -> [Exchange] {
        self.state.withLock { $0.isClosed = true }
        return self.take()
    }
}
