import Synchronization

/// Names one request of a caller for as long as it waits.
struct RequestID: Hashable, Sendable {
    private static let counter = Atomic<UInt64>(0)

    let rawValue: UInt64

    static func next() -> RequestID {
        RequestID(rawValue: self.counter.wrappingAdd(1, ordering: .relaxed).newValue)
    }
}

/// Names a place in the pool, and which of the connections that were there one after the other.
struct ConnectionID: Hashable, Sendable {
    let slot: Int
    let generation: UInt32

    /// Fits into the user data of a poller.
    var token: UInt64 { UInt64(self.slot) << 32 | UInt64(self.generation) }
}
