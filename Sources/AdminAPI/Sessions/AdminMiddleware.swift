public import BulkheadHummingbird
import HTTPTypes
public import Hummingbird
public import Identity
import Logging
public import Tenancy

/// Finds out which administrator asks: by the token in `Authorization`, or, where there is no such field and the request
/// only reads, by the one in the session cookie.
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
        self.init(hosts: hosts, tokens: tokens, active: ActiveAdmins(admins), audit: audit)
    }

    init(hosts: HostPolicy, tokens: TokenAuthority, active: ActiveAdmins, audit: any AuditTrail) {
        self.hosts = hosts
        self.tokens = tokens
        self.admins = active
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
        let text: String?
        if request.headers.contains(.authorization) {
            text = try BearerToken.read(from: request.headers)
        } else {
            do throws(ProblemDetails) {
                text = try Self.cookie(of: request)
            } catch {
                return .refused(error)
            }
        }
        guard let text else { return .anonymous }
        return try await self.identity(provenBy: text, context)
    }

    /// The token in the session cookie; nil if there is none.
    ///
    /// - Throws: ``ProblemDetails`` if there is one that counts for nothing; routes that need none ignore that.
    private static func cookie(of request: Request) throws(ProblemDetails) -> String? {
        let text = try SessionCookie.read(from: request.headers)
        guard text == nil || request.method == .get || request.method == .head else { throw .sessionCookieReadsOnly }
        return text
    }

    private func identity(provenBy text: String, _ context: BulkheadContext) async throws -> RequestIdentity {
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
