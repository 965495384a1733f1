/// How attempts to guess something are slowed down: a few are free, then each waits twice as long as the one before.
///
/// Attempts count when they begin, not when they fail, so that a thousand at one time are not a thousand guesses.
public struct BackOff: Sendable, Hashable {
    /// How many attempts in a row have no consequence; 1 or more.
    public var free: Int
    /// The first pause, in nanoseconds.
    public var first: Int64
    /// The longest pause, in nanoseconds.
    public var longest: Int64
    /// After this time without an attempt everything is forgotten, in nanoseconds.
    public var memory: Int64

    /// Bounds.
    public init(free: Int, first: Duration, longest: Duration, memory: Duration) {
        self.free = max(1, free)
        self.first = Self.nanoseconds(first)
        self.longest = max(Self.nanoseconds(longest), self.first)
        self.memory = max(Self.nanoseconds(memory), self.longest)
    }

    /// For passwords: five attempts, then pauses from one second to a quarter of an hour, so that an account sees at
    /// most some hundred guesses a day (NIST SP 800-63B, section 3.2.2, asks for at most a hundred in a row).
    public static let signIn = BackOff(
        free: 5, first: .seconds(1), longest: .seconds(900), memory: .seconds(86_400))

    /// The pause after this many attempts in a row, in nanoseconds.
    public func pause(after attempts: Int) -> Int64 {
        guard attempts > self.free else { return 0 }
        let doublings = min(attempts - self.free - 1, 40)
        return self.first > self.longest >> doublings ? self.longest : self.first << doublings
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, min(seconds, 1_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}

/// The attempts in a row at one thing.
public struct AttemptCount: Sendable, Hashable {
    /// How many there were.
    public private(set) var attempts: Int
    /// Until when the next one waits, in nanoseconds.
    public private(set) var heldUntil: Int64
    /// When everything is forgotten, in nanoseconds.
    public private(set) var forgottenAt: Int64

    /// A count.
    public init(attempts: Int = 0, heldUntil: Int64 = 0, forgottenAt: Int64 = 0) {
        self.attempts = attempts
        self.heldUntil = heldUntil
        self.forgottenAt = forgottenAt
    }

    /// Takes an attempt back that came to nothing.
    public mutating func withdraw() {
        self.attempts = max(0, self.attempts - 1)
        self.heldUntil = 0
    }

    /// Begins an attempt.
    ///
    /// - Returns: 0 if it may be made; else how long to wait, in nanoseconds, and nothing is counted.
    public mutating func begin(_ policy: BackOff, at now: Int64) -> Int64 {
        if self.forgottenAt <= now { self = AttemptCount() }
        // A clock that went backwards holds nobody for longer than the policy does.
        let wait = min(self.heldUntil - now, policy.longest)
        if wait > 0 { return wait }
        self.attempts += 1
        self.heldUntil = now + policy.pause(after: self.attempts)
        self.forgottenAt = now + policy.memory
        return 0
    }
}
