/// A token bucket as one number: the time at which it will be full (the generic cell rate algorithm, ITU-T I.371).
///
/// Nothing is added up over time, so nothing drifts; a bucket that is full is the same as one that was never there.
/// In any span of time `t` at most `burst + t / interval` requests are let in. Times are nanoseconds of a clock that
/// does not go backwards; one that does costs at most one burst.
public struct TokenBucket: Sendable, Hashable {
    private var full: Int64 = 0

    /// A full bucket.
    public init() {}

    /// How long it takes until the bucket is full, in nanoseconds; 0 if it is.
    public func debt(at now: Int64) -> Int64 {
        max(0, self.full &- now)
    }

    /// The same, and never more than an empty bucket of `rate` takes.
    private func debt(_ rate: BucketRate, at now: Int64) -> Int64 {
        min(self.debt(at: now), rate.depth)
    }

    /// How long it takes until a request is let in, in nanoseconds; 0 if one is now.
    public func wait(_ rate: BucketRate, at now: Int64) -> Int64 {
        max(0, self.debt(rate, at: now) + rate.interval - rate.depth)
    }

    /// How many requests would be let in at once.
    public func remaining(_ rate: BucketRate, at now: Int64) -> Int64 {
        (rate.depth - self.debt(rate, at: now)) / rate.interval
    }

    /// How long it takes until there is one request more, in nanoseconds; 0 if the bucket is full.
    public func reset(_ rate: BucketRate, at now: Int64) -> Int64 {
        let debt = self.debt(rate, at: now)
        return debt == 0 ? 0 : (debt - 1) % rate.interval + 1
    }

    /// Makes sure that the bucket is at most empty: a limit may have been lowered, or a clock set.
    public mutating func settle(_ rate: BucketRate, at now: Int64) {
        self.full = min(self.full, now + rate.depth)
    }

    /// Takes one; only after ``wait(_:at:)`` was 0.
    public mutating func charge(_ rate: BucketRate, at now: Int64) {
        self.full = now + min(self.debt(rate, at: now) + rate.interval, rate.depth)
    }

    /// Gives one back.
    public mutating func refund(_ rate: BucketRate) {
        self.full -= rate.interval
    }
}
