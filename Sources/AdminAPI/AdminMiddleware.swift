public import BulkheadHummingbird
import HTTPTypes
public import Hummingbird
public import Identity
import Logging
public import Tenancy

/// Finds out which administrator asks.
///
/// A tenant's token on the admin host is an attempt to cross over: refused on every route, with an alarm. A token that
/// is merely bad is left for the route to judge.
public struct AdminMiddleware: RouterMiddleware {
    private let hosts: HostPolicy
    private let tokens: TokenAuthority
    private let admins: ActiveAdmins
    private let alarm: IsolationAlarm

    /// A middleware.
    ///
    /// - Parameter admins: asked whether the administrator may still act; an answer is believed for 10 s.
    public init(hosts: HostPolicy, tokens: TokenAuthority, admins: any AdminRepository, audit: any AuditTrail) {
        self.hosts = hosts
        self.tokens = tokens
        self.admins = ActiveAdmins(admins)
        self.alarm = IsolationAlarm(audit: audit)
    }

    /// Serves a request to the admin host.
    ///
    /// - Throws: ``ProblemDetails``, and what the repository throws.
    @concurrent
    public func handle(
        _ request: Request, context: BulkheadContext,
        next: @concurrent (Request, BulkheadContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.scope.identity = try await self.identity(of: request, context)
        return try await next(request, context)
    }

    private func identity(of request: Request, _ context: BulkheadContext) async throws -> RequestIdentity {
        guard let text = try BearerToken.read(from: request.headers) else { return .anonymous }
        let token: VerifiedToken
        do throws(TokenProblem) {
            token = try self.tokens.inspect(text)
        } catch {
            context.logger.debug("Access token refused", metadata: ["token.problem": .stringConvertible(error)])
            return .refused(.tokenRefused(error))
        }
        guard case .admin(let id) = token.subject else {
            await self.raiseAlarm(token, context)
            throw ProblemDetails.forbidden(
                "The credentials are those of a tenant's member. The attempt has been recorded.")
        }
        guard token.audience == self.hosts.adminAudience else { return .refused(.tokenRefused(.audience)) }
        return try await self.admins.contains(id) ? .proven(.admin(id)) : .refused(.accountDisabled)
    }

    private func raiseAlarm(_ token: VerifiedToken, _ context: BulkheadContext) async {
        let violation = IsolationAlarm.Violation(
            principal: token.subject.principal, host: context.scope.host?.description ?? "", addressed: nil,
            claimed: token.subject.tenant, evidence: "token")
        await self.alarm.raise(violation, requestID: context.scope.requestID, logger: context.logger)
    }
}
