public import Hummingbird
public import Tenancy

/// Limits the requests to the admin host: each administrator's, and those of strangers by address.
///
/// Comes after what finds out which administrator asks.
public struct AdminRateLimitMiddleware<Context: BulkheadRequestContext>: RouterMiddleware {
    /// What one administrator may do: programs with an administrator's token make tenants by the hundred.
    public static var standard: RateLimit { RateLimit(perSecond: 100, burst: 400) }

    private let limiter: any RateLimiter
    private let strangers: StrangerLimit
    private let rate: BucketRate
    private let policy: String
    private let mode: RateLimitMode

    /// A middleware.
    public init(
        limiter: any RateLimiter, strangers: StrangerLimit, limit: RateLimit = Self.standard,
        mode: RateLimitMode = .on
    ) {
        self.limiter = limiter
        self.strangers = strangers
        self.rate = BucketRate(limit)
        self.policy = RateLimitFields.policy([("administrator", self.rate)])
        self.mode = mode
    }

    /// Serves a request to the admin host.
    ///
    /// - Throws: ``ProblemDetails/tooManyRequests(_:policy:)``.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard self.mode != .off else { return try await next(request, context) }
        guard case .proven(.admin(let admin)) = context.scope.identity else {
            let standing = try await self.strangers.charge(context.scope.client)
            return try await RateLimitFields.describing(policy: self.strangers.policy, standing) {
                try await next(request, context)
            }
        }
        let charge = RateLimitCharge(
            owner: LimitSubject(admin), [.init("administrator", .everybody, self.rate)])
        let decision = await self.limiter.take(charge)
        if case .refused(let standing) = decision, self.mode == .on {
            throw ProblemDetails.tooManyRequests(standing, policy: self.policy)
        }
        return try await RateLimitFields.describing(policy: self.policy, decision.standing) {
            try await next(request, context)
        }
    }
}
