/// How many re-readings messages may cause at once: so many a second, and one a key in an interval.
///
/// A decision without a clock. Whoever can send messages could else have the catalog asked as often as they like.
struct HintLimit {
    private static let limit = 10_000

    private let interval: Int64
    private let perSecond: Int
    private var last: [TenantKey: Int64] = [:]
    private var second: Int64 = 0
    private var count = 0

    init(interval: Int64, perSecond: Int) {
        self.interval = interval
        self.perSecond = perSecond
    }

    /// Whether a re-reading of this key may begin now.
    mutating func admits(_ key: TenantKey, now: Int64) -> Bool {
        if now / 1000 != self.second {
            self.second = now / 1000
            self.count = 0
        }
        guard self.count < self.perSecond else { return false }
        if let last = self.last[key], now - last < self.interval { return false }
        if self.last.count >= Self.limit {
            self.last = self.last.filter { now - $0.value < self.interval }
            guard self.last.count < Self.limit else { return false }
        }
        self.last[key] = now
        self.count += 1
        return true
    }
}
