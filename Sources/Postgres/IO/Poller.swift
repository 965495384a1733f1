/// What a socket is ready for.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt8

    static let read = Readiness(rawValue: 1)
    static let write = Readiness(rawValue: 2)
}

/// One socket that became ready.
struct PollEvent: Sendable {
    /// The number that the socket was registered with.
    var token: UInt64
    var readiness: Readiness
}

/// Waits for many sockets at once, level-triggered.
///
/// Used by one thread only.
protocol Poller: ~Copyable {
    mutating func add(_ descriptor: Int32, token: UInt64, interest: Readiness) throws
    mutating func change(_ descriptor: Int32, token: UInt64, interest: Readiness)
    mutating func remove(_ descriptor: Int32)
    /// Waits until something is ready or the time is over (nil: without end), and appends what is ready.
    mutating func wait(timeout: Duration?, into events: inout [PollEvent])
}

/// The way of this operating system.
#if canImport(Darwin)
    typealias SystemPoller = KqueuePoller
#else
    typealias SystemPoller = EpollPoller
#endif

extension Duration {
    /// Whole milliseconds, rounded up so that a wait never ends just before the time it is for.
    var millisecondsRoundedUp: Int32 {
        let (seconds, attoseconds) = self.components
        if seconds < 0 || (seconds == 0 && attoseconds <= 0) { return 0 }
        if seconds > 1_000_000 { return 1_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

func systemFailure(_ function: String, _ code: Int32) -> PostgresError {
    PostgresError(
        .unsupported, "The operating system refused a resource that the database client needs.", outcome: .notSent,
        internalDetail: "\(function): errno \(code)")
}
