/// Counts attempts at accounts, and holds back those that come too often.
///
/// A stranger must not be able to lock an account: addresses from which its owner has signed in before are counted for
/// themselves, so what others try elsewhere does not hold them up. Must be quick, and must not fail.
public protocol AttemptLimiter: Sendable {
    /// Begins an attempt at `account` from the network of `address`; counts it unless it has to wait.
    func begin(_ account: LimitSubject, from address: LimitSubject, _ policy: BackOff) async -> AttemptDecision
    /// The attempt was a success: its count is forgotten, and the address is known from now on.
    func succeeded(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async
    /// The attempt came to nothing, neither success nor failure: it is not counted.
    func withdrawn(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async
}

/// What became of an attempt.
public struct AttemptDecision: Sendable, Hashable {
    /// How long to wait, in nanoseconds; 0 if the attempt may be made.
    public var wait: Int64
    /// How many attempts in a row there were, with this one if it may be made.
    public var attempts: Int
    /// Whether the account's owner has signed in from there before.
    public var isKnownAddress: Bool

    /// A decision.
    public init(wait: Int64, attempts: Int, isKnownAddress: Bool) {
        self.wait = wait
        self.attempts = attempts
        self.isKnownAddress = isKnownAddress
    }

    /// Whether the attempt may be made.
    public var isAllowed: Bool { self.wait == 0 }
}
