/// How often a step is tried and how long it may take.
public struct StepPolicy: Sendable, Hashable {
    /// How long one attempt may take; it is then cancelled and counts as failed.
    public var timeout: Duration
    /// When to try again.
    public var retry: RetryPolicy

    /// A policy.
    public init(timeout: Duration = .seconds(30), retry: RetryPolicy = .standard) {
        self.timeout = timeout
        self.retry = retry
    }

    /// Thirty seconds an attempt, and the standard retries.
    public static let standard = StepPolicy()
}

/// When to try again after a failure: exponential back-off with full jitter.
///
/// Full jitter - a random pause between nothing and the bound - spreads those who failed together; a bound that only
/// grows would have them all come back at once.
public struct RetryPolicy: Sendable, Hashable {
    /// After how many failures a step is given up; at least 1.
    public var maximumAttempts: Int
    /// The bound of the first pause; it doubles with each failure.
    public var base: Duration
    /// What the bound never exceeds.
    public var cap: Duration

    /// A policy.
    public init(maximumAttempts: Int, base: Duration, cap: Duration) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.base = base
        self.cap = cap
    }

    /// Ten attempts, from a quarter of a second to half a minute apart.
    public static let standard = RetryPolicy(maximumAttempts: 10, base: .milliseconds(250), cap: .seconds(30))
    /// One attempt.
    public static let none = RetryPolicy(maximumAttempts: 1, base: .zero, cap: .zero)

    /// What the other side can ask for at most: a number it made up must not park a run for good.
    public static let longestRetryAfter = Duration.seconds(86_400)

    /// The pause before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: how many attempts have failed; at least 1.
    ///   - retryAfter: what the other side asked for; the pause is not shorter, up to ``longestRetryAfter``.
    ///   - jitter: a random number from 0 to 1.
    public func delay(afterFailures failures: Int, retryAfter: Duration?, jitter: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let bound = min(self.base * (1 << doublings), self.cap)
        let pause = bound * min(max(jitter, 0), 1)
        return max(pause, min(retryAfter ?? .zero, Self.longestRetryAfter))
    }
}
