public import Logging
public import Redis
public import Tenancy

/// The limits of all processes together, counted in Redis.
///
/// A decision asks Redis once at most, with one script for all buckets of the request. Those that are used much are
/// taken from in small batches, so that most decisions ask nobody: what a batch holds has been charged to the shared
/// bucket, so all processes together never let in more than the limit from one moment to another, save that what was
/// taken up to a second before may be used within it - a sixteenth of the burst at most for each process.
///
/// Every process also counts by itself what it lets in: no loss of Redis' memory makes one process exceed the limit,
/// and without Redis that is what counts. Then each process lets in as much as the limit says.
public final class SharedRateLimiter: RateLimiter {
    private let book: LeaseBook
    private let counts: SharedCounts
    private let now: @Sendable () -> Int64

    /// A limiter.
    ///
    /// - Parameters:
    ///   - redis: a client that somebody runs.
    ///   - settings: how long to wait for it.
    ///   - capacity: how many buckets that are not full are kept in this process.
    ///   - now: nanoseconds of a clock that does not go backwards.
    public init(
        redis: RedisClient, settings: SharedLimitSettings = .init(),
        capacity: Int = LocalRateLimiter.standardCapacity, logger: Logger,
        now: @escaping @Sendable () -> Int64 = { MonotonicClock.now }
    ) {
        self.book = LeaseBook(capacity: capacity)
        self.counts = SharedCounts(redis, settings, what: "rate limits", logger: logger)
        self.now = now
    }

    /// Takes one from every bucket, or from none.
    public func take(_ charge: RateLimitCharge) async -> RateLimitDecision {
        switch self.book.begin(charge, at: self.now(), shares: self.counts.isShared) {
        case .decided(let decision): return decision
        case .ask(let question): return await self.ask(question, charge)
        }
    }

    /// Gives one back to every bucket of the charge: to this process, which uses it for the next one within a second.
    public func giveBack(_ charge: RateLimitCharge) {
        self.book.giveBack(charge, at: self.now(), shares: self.counts.isShared)
    }

    private func ask(_ question: LeaseBook.Question, _ charge: RateLimitCharge) async -> RateLimitDecision {
        guard self.counts.mayAsk() else { return self.book.abandon(charge, question, at: self.now()) }
        let keys = question.wanted.map { LimitKey.bucket(charge.owner, charge.buckets[$0.place]) }
        let outcome = await self.counts.ask(
            TakeScript.script, keys: keys, arguments: TakeScript.arguments(charge, question))
        guard case .answered(let reply) = outcome else {
            return self.book.abandon(charge, question, at: self.now())
        }
        guard let grants = TakeScript.grants(reply, count: keys.count) else {
            self.counts.failed(UnexpectedAnswer())
            return self.book.abandon(charge, question, at: self.now())
        }
        return self.book.settle(charge, question, grants, at: self.now())
    }
}

/// Redis said something that the script does not say.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let description = "The answer is not that of the script."
}
