/// A ``RateLimit`` in whole nanoseconds, as buckets count.
///
/// The time between two requests is rounded up, so that the limit is never exceeded by rounding.
public struct BucketRate: Sendable, Hashable {
    /// The time in which one request becomes free again, in nanoseconds; 1 to 10^15.
    public let interval: Int64
    /// How many requests an untouched bucket holds; 1 or more.
    public let burst: Int64
    /// The time in which an empty bucket is filled, in nanoseconds.
    public let depth: Int64

    /// The longest ``interval``: one request in some eleven days.
    private static let longest: Int64 = 1_000_000_000_000_000
    /// The largest ``depth``: clocks of nanoseconds have room for it, twice.
    private static let deepest: Int64 = 2_000_000_000_000_000_000

    /// The rate of a limit; one that makes no sense becomes the nearest that does.
    public init(_ limit: RateLimit) {
        let seconds = limit.perSecond.isNaN || limit.perSecond <= 0 ? .infinity : 1 / limit.perSecond
        let nanoseconds = (seconds * 1_000_000_000).rounded(.up)
        self.interval = nanoseconds < Double(Self.longest) ? max(1, Int64(nanoseconds)) : Self.longest
        self.burst = min(max(1, Int64(limit.burst)), Self.deepest / self.interval)
        self.depth = self.interval * self.burst
    }

    /// The time in which a whole burst becomes free again, in seconds, rounded up; 1 or more.
    public var window: Int64 { max(1, (self.depth + 999_999_999) / 1_000_000_000) }
}
