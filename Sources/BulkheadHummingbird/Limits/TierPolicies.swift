import Synchronization
import Tenancy

/// The limits of a tier as buckets and header fields have them.
final class TierPolicy: Sendable {
    private let limits: [RateLimit]
    let tenant: BucketRate
    let visitors: BucketRate
    let member: BucketRate
    let address: BucketRate
    /// `RateLimit-Policy` for members.
    let forMembers: String
    /// The same for those who have not signed in; how much the tenant may do is not their business.
    let forVisitors: String

    init(_ tier: Tier) {
        self.limits = Self.limits(of: tier)
        self.tenant = BucketRate(tier.tenantRequests)
        self.visitors = BucketRate(
            RateLimit(perSecond: tier.tenantRequests.perSecond / 2, burst: tier.tenantRequests.burst / 2))
        self.member = BucketRate(tier.memberRequests)
        self.address = BucketRate(tier.addressRequests)
        self.forMembers = RateLimitFields.policy([
            ("tenant", self.tenant), ("member", self.member), ("address", self.address),
        ])
        self.forVisitors = RateLimitFields.policy([("address", self.address)])
    }

    func isOf(_ tier: Tier) -> Bool { self.limits == Self.limits(of: tier) }

    private static func limits(of tier: Tier) -> [RateLimit] {
        [tier.tenantRequests, tier.memberRequests, tier.addressRequests]
    }
}

/// The policies of all tiers, made when they are first wanted and when a tier has changed.
final class TierPolicies: Sendable {
    private let tier: @Sendable (TierName) -> Tier
    private let made = Mutex<[TierName: TierPolicy]>([:])

    init(_ tier: @escaping @Sendable (TierName) -> Tier) {
        self.tier = tier
    }

    subscript(name: TierName) -> TierPolicy {
        let tier = self.tier(name)
        if let policy = self.made.withLock({ $0[tier.name] }), policy.isOf(tier) { return policy }
        let policy = TierPolicy(tier)
        self.made.withLock { $0[tier.name] = policy }
        return policy
    }
}
