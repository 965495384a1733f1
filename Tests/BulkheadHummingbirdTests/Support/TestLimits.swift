import AdminAPI
import BulkheadHummingbird
import ControlPlane
import Logging
import Synchronization
import Tenancy

/// Limits for a ``TestServer``, by a clock that stands still until a test moves it.
struct TestLimits: Sendable {
    final class Clock: Sendable {
        private let time = Atomic<Int64>(1_000_000_000_000)
        var now: Int64 { self.time.load(ordering: .sequentiallyConsistent) }
        func advance(_ seconds: Int64) { self.time.add(seconds * 1_000_000_000, ordering: .sequentiallyConsistent) }
    }

    let clock: Clock
    var mode = RateLimitMode.on
    var tenant = RateLimit(perSecond: 10, burst: 20)
    var member = RateLimit(perSecond: 2, burst: 6)
    var address = RateLimit(perSecond: 4, burst: 8)
    var stranger = RateLimit(perSecond: 1, burst: 3)
    var administrator = RateLimit(perSecond: 1, burst: 4)
    private let limiter: LocalRateLimiter

    init() {
        let clock = Clock()
        self.clock = clock
        self.limiter = LocalRateLimiter(now: { clock.now })
    }

    private var tier: Tier {
        var tier = Tier.builtIn[1]
        tier.tenantRequests = self.tenant
        tier.memberRequests = self.member
        tier.addressRequests = self.address
        return tier
    }

    /// Which subdomains are found without a question; all, unless a test says otherwise.
    var isKnown: @Sendable (Subdomain) -> Bool = { _ in true }

    var strangers: StrangerLimit {
        StrangerLimit(limiter: self.limiter, limit: self.stranger, mode: self.mode, isKnown: self.isKnown)
    }

    var tenants: RateLimitMiddleware<BulkheadContext> {
        let tier = self.tier
        return RateLimitMiddleware(limiter: self.limiter, mode: self.mode) { _ in tier }
    }

    var administrators: AdminRateLimitMiddleware<BulkheadContext> {
        AdminRateLimitMiddleware(
            limiter: self.limiter, strangers: self.strangers, limit: self.administrator, mode: self.mode)
    }

    func signIns(_ audit: any AuditTrail, _ logger: Logger) -> SignInGuard {
        let clock = self.clock
        return SignInGuard(
            attempts: LocalAttemptLimiter(now: { clock.now }), addresses: LocalRateLimiter(now: { clock.now }),
            audit: audit, key: [7], logger: logger)
    }
}
