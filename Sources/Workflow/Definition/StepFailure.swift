/// Why an attempt did not work, and whether another one makes sense.
public struct StepFailure: Error, Sendable, CustomStringConvertible {
    /// Whether another attempt makes sense.
    public enum Retry: Sendable, Hashable {
        /// The same will happen again: a wrong credential, a refused value.
        case never
        /// It may work next time.
        case withBackoff
        /// It may work after this time at the earliest, as the other side said (`Retry-After`).
        case after(Duration)
    }

    /// What happened, to what, and what to do: recorded and shown, so without secrets, SQL or names of other tenants.
    public var reason: String
    /// Whether another attempt makes sense.
    public var retry: Retry
    /// What was seen; recorded.
    public var evidence: JSONDocument?
    /// What is behind it; logged, never recorded or shown.
    public var cause: (any Error)?

    /// A failure.
    public init(_ reason: String, retry: Retry, evidence: JSONDocument? = nil, cause: (any Error)? = nil) {
        self.reason = reason
        self.retry = retry
        self.evidence = evidence
        self.cause = cause
    }

    /// The reason.
    public var description: String { self.reason }
}
