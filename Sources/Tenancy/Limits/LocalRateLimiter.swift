/// The limits of one process, which knows nothing of others.
///
/// A decision takes well under a microsecond and never waits. Memory does not grow: a bucket that is full is forgotten
/// at no loss, and a flood of addresses drives out the buckets with the least taken from them first.
public struct LocalRateLimiter: RateLimiter {
    /// How many buckets that are not full are kept, if nobody says another number.
    public static let standardCapacity = 65_536

    private let book: LeaseBook
    private let now: @Sendable () -> Int64

    /// A limiter with full buckets.
    ///
    /// - Parameters:
    ///   - capacity: how many buckets that are not full are kept; some 80 bytes each.
    ///   - now: nanoseconds of a clock that does not go backwards.
    public init(
        capacity: Int = LocalRateLimiter.standardCapacity, now: @escaping @Sendable () -> Int64 = { MonotonicClock.now }
    ) {
        self.book = LeaseBook(capacity: capacity)
        self.now = now
    }

    /// Takes one from every bucket, or from none.
    public func take(_ charge: RateLimitCharge) async -> RateLimitDecision {
        self.takeNow(charge)
    }

    /// The same, for those who cannot wait.
    public func takeNow(_ charge: RateLimitCharge) -> RateLimitDecision {
        switch self.book.begin(charge, at: self.now(), shares: false) {
        case .decided(let decision): return decision
        // Nothing is shared, so nobody is asked.
        case .ask: return .allowed(nil)
        }
    }

    /// Gives one back to every bucket of the charge.
    public func giveBack(_ charge: RateLimitCharge) { self.book.giveBack(charge, at: self.now(), shares: false) }
}
