import Synchronization

/// A value that is known a little later than whoever wants it.
final class OnceSet<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)

    /// The value; nil before it is known.
    var value: Value? { self.held.withLock { $0 } }

    func set(_ value: Value) { self.held.withLock { $0 = value } }
}
