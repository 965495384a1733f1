/// Decides whether a request is one too many.
///
/// Must be quick, and must not fail: one that shares its counts with others decides by itself while it cannot.
public protocol RateLimiter: Sendable {
    /// Takes one from every bucket of the charge - or, if one of them is empty, from none.
    func take(_ charge: RateLimitCharge) async -> RateLimitDecision
    /// Gives back what was taken for something that turned out to cost nothing; only after it was allowed.
    func giveBack(_ charge: RateLimitCharge)
}

extension RateLimiter {
    /// How much more a whole site of IPv6 may do than one network of it.
    private static var siteFactor: Int { 8 }

    /// Takes one for an address alone, whatever it wants: one of its network's, and, in version 6, one of its site's.
    public func take(_ name: String, _ limit: RateLimit, from address: IPAddress?) async -> RateLimitDecision {
        if let site = Self.siteCharge(name, limit, address) {
            let decision = await self.take(site)
            if !decision.isAllowed { return decision }
        }
        return await self.take(Self.charge(LimitSubject(network: address), name, limit))
    }

    /// Gives back what was taken for an address alone.
    public func giveBack(_ name: String, _ limit: RateLimit, to address: IPAddress?) {
        if let site = Self.siteCharge(name, limit, address) { self.giveBack(site) }
        self.giveBack(Self.charge(LimitSubject(network: address), name, limit))
    }

    private static func siteCharge(_ name: String, _ limit: RateLimit, _ address: IPAddress?) -> RateLimitCharge? {
        guard let site = address?.site else { return nil }
        let wide = RateLimit(
            perSecond: limit.perSecond * Double(Self.siteFactor), burst: limit.burst * Self.siteFactor)
        return Self.charge(LimitSubject(site: site), name, wide)
    }

    private static func charge(_ owner: LimitSubject, _ name: String, _ limit: RateLimit) -> RateLimitCharge {
        RateLimitCharge(owner: owner, [.init(name, .everybody, BucketRate(limit))])
    }
}

/// How one bucket stands after a decision.
public struct RateLimitStanding: Sendable, Hashable {
    /// Which limit it is.
    public var name: String
    /// How many requests it holds when it is full.
    public var limit: Int64
    /// How many it holds now.
    public var remaining: Int64
    /// The time until it holds one more, in nanoseconds; of an empty bucket, until it lets one in.
    public var reset: Int64

    /// The time in whole seconds, rounded up; at least 1.
    public var resetSeconds: Int64 { max(1, (self.reset + 999_999_999) / 1_000_000_000) }
}

/// What became of a charge.
public enum RateLimitDecision: Sendable, Hashable {
    /// The request may go on. The standing is that of the bucket with the least left of those that may be shown.
    case allowed(RateLimitStanding?)
    /// One too many, and nothing was charged. The standing is that of the bucket that takes longest to let one in.
    case refused(RateLimitStanding)

    /// Whether the request may go on.
    public var isAllowed: Bool {
        if case .allowed = self { return true }
        return false
    }

    /// The standing that goes with it.
    public var standing: RateLimitStanding? {
        switch self {
        case .allowed(let standing): return standing
        case .refused(let standing): return standing
        }
    }
}
