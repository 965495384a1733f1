package import Hummingbird
public import Tenancy

/// Limits requests that come to no tenant: to hosts that nobody has, to the admin host, to tenants that are not served.
///
/// Names cannot be tried out without end, and what it costs to refuse stays small. Goes around everything else
/// (``HostRouter``). What is refused further inside because of the tenant - there is none, it is another, it is not
/// served - is counted then: somebody who shares an address with a stranger that tries out names still reaches a
/// tenant. A name that is not known is counted before anybody looks for it, and given back if there is such a tenant:
/// however many names are tried out, the catalog is asked for no more of them than the limit says.
public struct StrangerLimit: Sendable {
    /// What one address may do without naming a tenant that serves it.
    public static let standard = RateLimit(perSecond: 10, burst: 100)
    /// The header field's word for it.
    static let name = "address"

    private let limiter: any RateLimiter
    private let limit: RateLimit
    private let mode: RateLimitMode
    private let isKnown: @Sendable (Subdomain) -> Bool
    let policy: String

    /// A limit.
    ///
    /// - Parameters:
    ///   - limiter: counts.
    ///   - limit: what one address may do.
    ///   - mode: what is done about too much.
    ///   - isKnown: whether a subdomain is found without a question, as ``Tenancy/TenantDirectory/isKnown(_:)`` says.
    public init(
        limiter: any RateLimiter, limit: RateLimit = Self.standard, mode: RateLimitMode = .on,
        isKnown: @escaping @Sendable (Subdomain) -> Bool
    ) {
        self.limiter = limiter
        self.limit = limit
        self.mode = mode
        self.isKnown = isKnown
        self.policy = RateLimitFields.policy([(Self.name, BucketRate(limit))])
    }

    /// Counts one request.
    ///
    /// - Returns: what to tell in the answer.
    /// - Throws: ``ProblemDetails/tooManyRequests(_:policy:)``.
    func charge(_ address: IPAddress?) async throws(ProblemDetails) -> RateLimitStanding? {
        guard self.mode != .off else { return nil }
        let decision = await self.limiter.take(Self.name, self.limit, from: address)
        if case .refused(let standing) = decision, self.mode == .on {
            throw .tooManyRequests(standing, policy: self.policy)
        }
        return decision.standing
    }

    /// Counts one request if it turns out to be a stranger's.
    ///
    /// - Parameter isService: whether it is for the operator's own programs, which are told of many tenants that there
    ///   are none; there only who does not know the secret is a stranger.
    package func guarding<Context: BulkheadRequestContext>(
        _ context: Context, isService: Bool, _ serve: () async throws -> Response
    ) async throws -> Response {
        let scope = context.scope
        let isCharged = self.makesAsk(scope.target)
        if isCharged { _ = try await self.charge(scope.client) }
        do {
            let response = try await serve()
            if isCharged { self.giveBack(scope.client) }
            return response
        } catch let problem as ProblemDetails {
            let isStranger = isService ? problem.status == .unauthorized : Self.isUncounted(problem, scope.target)
            if isStranger, !isCharged { _ = try await self.charge(scope.client) }
            if !isStranger, isCharged { self.giveBack(scope.client) }
            throw problem
        }
    }

    /// Whether somebody will have to be asked for the tenant.
    private func makesAsk(_ target: HostTarget) -> Bool {
        guard self.mode != .off, case .tenant(let subdomain) = target else { return false }
        return !self.isKnown(subdomain)
    }

    private func giveBack(_ address: IPAddress?) { self.limiter.giveBack(Self.name, self.limit, to: address) }

    /// Whether a request was refused before it was counted for a tenant or an administrator.
    private static func isUncounted(_ problem: ProblemDetails, _ target: HostTarget) -> Bool {
        // On the admin host that is a token of a tenant's.
        if target == .admin { return problem.slug == "forbidden" }
        return problem.slug.hasPrefix("tenant-") && problem.slug != "tenant-read-only"
    }
}
