import Synchronization

/// A number that tasks share, and the highest that it has been.
final class Counter: Sendable {
    private let state = Mutex((value: 0, highest: 0))

    var value: Int { self.state.withLock { $0.value } }
    var highest: Int { self.state.withLock { $0.highest } }

    func add(_ amount: Int) {
        self.state.withLock { state in
            state.value += amount
            state.highest = max(state.highest, state.value)
        }
    }

    /// Takes all there is.
    func take() -> Int {
        self.state.withLock { state in
            defer { state.value = 0 }
            return state.value
        }
    }
}
