import HTTPTypes
import Hummingbird
import Identity
import Logging
import Tenancy

/// Finds the tenant of a request and weighs what the request carries.
///
/// In this order, so that each answer says no more than the one before allows: no such tenant (404, also for deleted
/// ones), evidence that disagrees (403, with an alarm), the tenant's status. A token that is merely bad is kept for the
/// route to judge: routes for strangers do not mind. Only where nothing but a token can name the tenant is a bad one
/// the end of it (401).
struct TenantResolver: Sendable {
    let trail: TenantTrail
    let tokens: TokenAuthority
    let alarm: IsolationAlarm

    private var hosts: HostPolicy { self.trail.hosts }

    /// The tenant and who asks.
    struct Resolution {
        var tenant: Tenant
        var identity: RequestIdentity
    }

    func resolve(_ request: Request, _ scope: RequestScope, _ logger: Logger) async throws -> Resolution {
        let found = try await self.trail.follow(request, scope)
        let claimMayName = self.trail.claimMayName(scope)
        guard found.tenant != nil || claimMayName else { throw ProblemDetails.tenantNotFound }
        let token = try self.token(of: request, logger)
        guard let tenant = try await self.tenant(found, token) else { throw token.refusal }
        if let violation = self.violation(tenant, found, token, scope) {
            await self.alarm.raise(violation, requestID: scope.requestID, logger: logger)
            throw ProblemDetails.tenantMismatch
        }
        if var refusal = ProblemDetails.refusal(by: tenant.status) {
            refusal.tenantName = tenant.name
            throw refusal
        }
        return Resolution(tenant: tenant, identity: token.identity(for: tenant, self.hosts))
    }

    /// The tenant found, or else the one that the token names.
    private func tenant(_ found: TenantTrail.Found, _ token: Token) async throws -> Tenant? {
        if let tenant = found.tenant { return tenant }
        guard let claim = token.claim(at: self.hosts) else { return nil }
        return try await self.trail.tenant(claim.tenant)
    }

    // MARK: Tokens

    private enum Token {
        case none
        case bad(TokenProblem)
        case genuine(VerifiedToken)

        func identity(for tenant: Tenant, _ hosts: HostPolicy) -> RequestIdentity {
            switch self {
            case .none: return .anonymous
            case .bad(let problem): return .refused(.tokenRefused(problem))
            case .genuine(let token):
                guard token.audience == hosts.audience(of: tenant),
                    case .member(let user, let role, tenant.id) = token.subject
                else { return .refused(.tokenRefused(.audience)) }
                return .proven(.member(user, role))
            }
        }

        /// What a member's token says, if it was made for some host of ours.
        ///
        /// A token whose audience is no host of ours is merely bad; one for another of our hosts is somebody's way in.
        func claim(at hosts: HostPolicy) -> (principal: Principal, tenant: TenantID, audience: String)? {
            guard case .genuine(let token) = self, case .member(let user, let role, let tenant) = token.subject,
                hosts.isOurs(audience: token.audience)
            else { return nil }
            return (.member(user, role), tenant, token.audience)
        }

        /// What whoever sent this is told where nothing but a token can name the tenant.
        var refusal: ProblemDetails {
            switch self {
            case .none: return .tokenRequired
            case .bad(let problem): return .tokenRefused(problem)
            case .genuine: return .tokenRefused(.audience)
            }
        }
    }

    private func token(of request: Request, _ logger: Logger) throws(ProblemDetails) -> Token {
        guard let text = try BearerToken.read(from: request.headers) else { return .none }
        do throws(TokenProblem) {
            return .genuine(try self.tokens.inspect(text))
        } catch {
            logger.debug("Access token refused", metadata: ["token.problem": .stringConvertible(error)])
            return .bad(error)
        }
    }

    /// Whether a genuine token, or anything else that the request carries, speaks for another tenant than the one
    /// addressed.
    private func violation(
        _ tenant: Tenant, _ found: TenantTrail.Found, _ token: Token, _ scope: RequestScope
    ) -> IsolationAlarm.Violation? {
        var evidence = TenantEvidence(found.items)
        let claim = found.claimIndex == nil ? nil : token.claim(at: self.hosts)
        if let claim, let place = found.claimIndex {
            evidence.items.insert(.init(source: "token", tenant: claim.tenant, isCredential: true), at: place)
        }
        func violation(_ addressed: TenantID, _ claimed: TenantID?, _ source: String) -> IsolationAlarm.Violation {
            .init(
                principal: claim?.principal ?? .anonymous, host: scope.host?.description ?? "", addressed: addressed,
                claimed: claimed, evidence: source)
        }
        switch TenantGate.decide(evidence) {
        case .mismatch(let addressed, let claimed):
            return violation(addressed, claimed, evidence.items.first { $0.tenant == claimed }?.source ?? "token")
        case .tenant, .none:
            guard let claim, claim.audience != self.hosts.audience(of: tenant) else { return nil }
            return violation(tenant.id, claim.tenant, "audience")
        }
    }
}
