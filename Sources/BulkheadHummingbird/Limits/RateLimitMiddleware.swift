public import Hummingbird
public import Tenancy

/// Limits the requests of each tenant, each of its members and each address, as the tenant's tier says.
///
/// Comes after ``TenantMiddleware``, which knows the tenant and who asks:
/// ```swift
/// router.add(middleware: RequestEnvelope(hosts: hosts))
/// router.add(middleware: TenantMiddleware(hosts: hosts, directory: directory, tokens: tokens, audit: audit))
/// router.add(middleware: RateLimitMiddleware(limiter: LocalRateLimiter()) { tiers[$0] })
/// ```
/// One request too many gets 429 `too-many-requests` with `Retry-After` and counts for nothing; answers say in
/// `RateLimit` how much is left. Who has not signed in is counted by address and, all of them together, gets at most
/// half of what the tenant has: strangers cannot use up what members need.
public struct RateLimitMiddleware<Context: BulkheadRequestContext>: RouterMiddleware {
    private let limiter: any RateLimiter
    private let policies: TierPolicies
    private let mode: RateLimitMode

    /// A middleware.
    ///
    /// - Parameters:
    ///   - limiter: counts.
    ///   - mode: what is done about too much.
    ///   - tier: the tier of a name as it is now; asked with each request, so it must be quick.
    public init(
        limiter: any RateLimiter, mode: RateLimitMode = .on, tier: @escaping @Sendable (TierName) -> Tier
    ) {
        self.limiter = limiter
        self.mode = mode
        self.policies = TierPolicies(tier)
    }

    /// Serves a request to a tenant.
    ///
    /// - Throws: ``ProblemDetails/tooManyRequests(_:policy:)``; ``ProblemDetails/internalError`` if no
    ///   ``TenantMiddleware`` runs before.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard self.mode != .off else { return try await next(request, context) }
        let tenant = try context.requireTenant().tenant
        let policy = self.policies[tenant.tier]
        let address = LimitSubject(network: context.scope.client)
        var text = policy.forVisitors
        var buckets = [RateLimitCharge.Bucket("address", address, policy.address)]
        if case .proven(.member(let member, _)) = context.scope.identity {
            text = policy.forMembers
            buckets.append(.init("member", LimitSubject(member), policy.member))
            buckets.append(.init("tenant", .everybody, policy.tenant))
        } else {
            buckets.append(.init("visitors", .everybody, policy.visitors, isShown: false))
            buckets.append(.init("tenant", .everybody, policy.tenant, isShown: false))
        }
        let decision = await self.limiter.take(RateLimitCharge(owner: LimitSubject(tenant.id), buckets))
        if case .refused(let standing) = decision, self.mode == .on {
            throw ProblemDetails.tooManyRequests(standing, policy: text)
        }
        return try await RateLimitFields.describing(policy: text, decision.standing) {
            try await next(request, context)
        }
    }
}
