import HTTPTypes
import Hummingbird
import Identity
import Logging
import Tenancy

/// Finds the tenant of a request and weighs what the request carries.
///
/// In this order, so that each answer says no more than the one before allows: no such tenant (404, also for deleted
/// ones), evidence that disagrees (403, with an alarm), the tenant's status. A token that is merely bad is kept for the
/// route to judge: routes for strangers do not mind.
struct TenantResolver: Sendable {
    let hosts: HostPolicy
    let directory: any TenantDirectory
    let tokens: TokenAuthority
    let alarm: IsolationAlarm

    /// The tenant and who asks.
    struct Resolution {
        var tenant: Tenant
        var identity: RequestIdentity
    }

    func resolve(_ request: Request, _ scope: RequestScope, _ logger: Logger) async throws -> Resolution {
        let header = try await self.headerTenant(request, scope)
        guard let tenant = try await self.hostTenant(scope) ?? header, tenant.status.admission != .unknown else {
            throw ProblemDetails.tenantNotFound
        }
        let token = try self.token(of: request, logger)
        let violation = self.violation(tenant, header: header, token, scope)
        if let violation {
            await self.alarm.raise(violation, requestID: scope.requestID, logger: logger)
            throw ProblemDetails.tenantMismatch
        }
        if let refusal = ProblemDetails.refusal(by: tenant.status) { throw refusal }
        return Resolution(tenant: tenant, identity: token.identity(for: tenant, self.hosts))
    }

    // MARK: Tenants

    private func hostTenant(_ scope: RequestScope) async throws -> Tenant? {
        guard case .tenant(let subdomain) = scope.target else { return nil }
        guard let tenant = try await self.directory.entry(for: subdomain) else { throw ProblemDetails.tenantNotFound }
        return tenant
    }

    /// The tenant that a trusted proxy names; the fields of others have been removed already.
    private func headerTenant(_ request: Request, _ scope: RequestScope) async throws -> Tenant? {
        let id = request.headers[.tenantID]
        let subdomain = request.headers[.tenantSubdomain]
        guard id != nil || subdomain != nil, self.hosts.trustedPeers.contains(scope.peer) else { return nil }
        var found: [Tenant?] = []
        if let id {
            guard let id = TenantID(id) else { throw ProblemDetails.badRequest("X-Tenant-ID must be one UUID.") }
            found.append(try await self.directory.entry(for: id))
        }
        if let subdomain {
            guard let label = Subdomain(stored: subdomain) else {
                throw ProblemDetails.badRequest("X-Tenant-Subdomain must be one subdomain.")
            }
            found.append(try await self.directory.entry(for: label))
        }
        let tenants = found.compactMap(\.self)
        guard tenants.count == found.count, let first = tenants.first else { throw ProblemDetails.tenantNotFound }
        guard tenants.allSatisfy({ $0.id == first.id }) else {
            throw ProblemDetails.badRequest("X-Tenant-ID and X-Tenant-Subdomain name different tenants.")
        }
        return first
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
                guard token.audience == hosts.audience(of: tenant), case .member(let user, let role, _) = token.subject
                else { return .refused(.tokenRefused(.audience)) }
                return .proven(.member(user, role))
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

    /// Whether a genuine token or a proxy speaks for another tenant than the host.
    ///
    /// A token whose audience is no host of ours is merely bad; one for another of our hosts is somebody's way in.
    private func violation(
        _ tenant: Tenant, header: Tenant?, _ token: Token, _ scope: RequestScope
    ) -> IsolationAlarm.Violation? {
        var principal = Principal.anonymous
        var claim: TenantID?
        var isForeign = false
        if case .genuine(let token) = token, case .member(let user, let role, let tenantID) = token.subject,
            self.hosts.isOurs(audience: token.audience)
        {
            principal = .member(user, role)
            claim = tenantID
            isForeign = token.audience != self.hosts.audience(of: tenant)
        }
        func violation(_ claimed: TenantID?, _ evidence: String) -> IsolationAlarm.Violation {
            .init(
                principal: principal, host: scope.host?.description ?? "", addressed: tenant.id, claimed: claimed,
                evidence: evidence)
        }
        let host = self.isHost(scope) ? tenant.id : nil
        switch TenantGate.decide(.init(host: host, claim: claim, header: header?.id)) {
        case .mismatch(_, let claimed): return violation(claimed, claimed == claim ? "token" : "header")
        case .tenant where isForeign: return violation(claim, "audience")
        case .tenant, .none: return nil
        }
    }

    private func isHost(_ scope: RequestScope) -> Bool {
        guard case .tenant = scope.target else { return false }
        return true
    }
}
