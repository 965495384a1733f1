public import BulkheadHummingbird

/// Limits of requests and of attempts to sign in.
public struct RateLimitConfiguration: Sendable, Hashable {
    /// What is done about too many requests; `off` lifts the limits of attempts to sign in too.
    public var mode: RateLimitMode
    /// How long one question to Redis may take.
    public var deadline: Duration

    /// Limits.
    public init(mode: RateLimitMode = .on, deadline: Duration = .milliseconds(25)) {
        self.mode = mode
        self.deadline = deadline
    }
}
