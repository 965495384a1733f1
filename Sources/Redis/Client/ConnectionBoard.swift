import Synchronization

/// Which connections are open, and who is told when that changes.
///
/// `idle -> connected <-> disconnected -> ended`.
final class ConnectionBoard: Sendable {
    private struct State {
        var connections: [Connection?]
        var turn = 0
        var state = RedisState.idle
        var hasStarted = false
        var observers: [Int: AsyncStream<RedisState>.Continuation] = [:]
        var lastObserver = 0
    }

    private let state: Mutex<State>

    init(places: Int) {
        self.state = Mutex(State(connections: Array(repeating: nil, count: max(1, places))))
    }

    var current: RedisState { self.state.withLock { $0.state } }
    var places: Range<Int> { self.state.withLock { $0.connections.indices } }

    /// Returns false if it has been started before.
    func start() -> Bool {
        self.state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
    }

    /// The connection whose turn it is.
    func connection() throws(RedisError) -> Connection {
        let (connection, state) = self.state.withLock { state -> (Connection?, RedisState) in
            for _ in state.connections {
                state.turn = (state.turn + 1) % state.connections.count
                if let connection = state.connections[state.turn] { return (connection, state.state) }
            }
            return (nil, state.state)
        }
        switch state {
        case .ended: throw .shutDown
        case .disconnected(let error): throw .unavailable(error)
        case .idle: throw .unavailable(nil)
        case .connected: break
        }
        guard let connection else { throw .unavailable(nil) }
        return connection
    }

    /// Returns whether this is the first one.
    @discardableResult
    func opened(_ connection: Connection, at place: Int) -> Bool {
        self.change { state in
            state.connections[place] = connection
            return .connected
        }
    }

    /// Returns whether it was the last one.
    @discardableResult
    func lost(_ error: RedisError, at place: Int) -> Bool {
        self.change { state in
            state.connections[place] = nil
            return state.connections.contains { $0 != nil } ? nil : .disconnected(error)
        }
    }

    /// Closes what is open, without waiting for replies.
    func closeAll() {
        for connection in self.state.withLock({ $0.connections }) { connection?.close(isGraceful: false) }
    }

    /// Nothing is served any more; observers see the end.
    func end() {
        self.change { _ in .ended }
        let observers = self.state.withLock { state in
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer.finish() }
    }

    @discardableResult
    private func change(_ body: (inout State) -> RedisState?) -> Bool {
        self.state.withLock { state in
            guard let new = body(&state) else { return false }
            let old = state.state
            if case .ended = old { return false }
            state.state = new
            if old.isConnected, new.isConnected { return false }
            // Under the lock, so that changes arrive in order; a stream of this kind never waits.
            for observer in state.observers.values { observer.yield(new) }
            return old.isConnected || new.isConnected
        }
    }

    func observe() -> AsyncStream<RedisState> {
        let (stream, continuation) = AsyncStream.makeStream(of: RedisState.self, bufferingPolicy: .bufferingNewest(16))
        let number = self.state.withLock { state in
            state.lastObserver += 1
            continuation.yield(state.state)
            if case .ended = state.state {
                continuation.finish()
            } else {
                state.observers[state.lastObserver] = continuation
            }
            return state.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: number) }
        }
        return stream
    }
}
