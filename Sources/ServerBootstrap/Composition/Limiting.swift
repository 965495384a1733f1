import BulkheadHummingbird
import ControlPlane
import Hummingbird
import Logging
import Redis
import Tenancy
import TenancyPostgres
import TenancyRedis

/// The limits of a process: of requests, and of attempts to sign in.
///
/// Two limiters, because their buckets live for milliseconds here and for minutes there: neither drives the other's out
/// of memory.
struct Limiting: Sendable {
    /// What is done about too many requests.
    let mode: RateLimitMode
    /// Holds back those who try passwords out; nil if nobody is.
    let signIns: SignInGuard?
    private let requests: any RateLimiter

    /// The limits.
    ///
    /// - Parameters:
    ///   - redis: where processes count together; nil to count alone.
    ///   - accountKey: makes the names of accounts unreadable there.
    init(
        _ configuration: ServerConfiguration, redis: RedisClient?, accountKey: [UInt8], audit: any AuditTrail,
        logger: Logger
    ) {
        self.mode = configuration.rateLimits.mode
        let settings = SharedLimitSettings(deadline: configuration.rateLimits.deadline)
        func limiter() -> any RateLimiter {
            redis.map { SharedRateLimiter(redis: $0, settings: settings, logger: logger) } ?? LocalRateLimiter()
        }
        self.requests = limiter()
        let attempts: any AttemptLimiter =
            redis.map { SharedAttemptLimiter(redis: $0, settings: settings, logger: logger) } ?? LocalAttemptLimiter()
        self.signIns =
            self.mode == .off
            ? nil
            : SignInGuard(
                attempts: attempts, addresses: limiter(), audit: audit, key: accountKey, logger: logger)
    }

    /// Limits what comes to no tenant.
    func strangers(_ directory: any TenantDirectory) -> StrangerLimit {
        StrangerLimit(limiter: self.requests, mode: self.mode) { directory.isKnown($0) }
    }

    /// Limits requests to tenants, by their tiers as they are at the time.
    func tenants(_ tiers: TierLimits) -> RateLimitMiddleware<BulkheadContext> {
        RateLimitMiddleware(limiter: self.requests, mode: self.mode) { tiers[$0] }
    }

    /// Limits requests to the admin host.
    func administrators(_ directory: any TenantDirectory) -> AdminRateLimitMiddleware<BulkheadContext> {
        AdminRateLimitMiddleware(limiter: self.requests, strangers: self.strangers(directory), mode: self.mode)
    }
}
