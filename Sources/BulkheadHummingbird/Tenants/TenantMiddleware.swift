public import Hummingbird
public import Identity
import Logging
public import Tenancy

/// Finds the tenant of each request and lets pass what may pass; behind it, routes find a ``TenantContext``.
///
/// Needs a ``RequestEnvelope`` (or ``HostRouter``) around it.
/// ```swift
/// let router = Router(context: AppContext.self)
/// router.add(middleware: RequestEnvelope(hosts: hosts))
/// router.add(middleware: TenantMiddleware(hosts: hosts, directory: directory, tokens: tokens, audit: audit))
/// router.get("invoices") { request, context in
///     let tenant = try context.requireMember()
///     return try await invoices.list(in: tenant.access)
/// }
/// ```
public struct TenantMiddleware<Context: BulkheadRequestContext>: RouterMiddleware {
    private let resolver: TenantResolver
    private let signInRoutes: Set<String>
    private let staysOpen: @Sendable (Request, Context) -> Bool
    private let sessions: (any TenantSessionSource)?

    /// A middleware.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - directory: where tenants are found.
    ///   - tokens: verifies access tokens.
    ///   - audit: where isolation violations are written down.
    ///   - sources: what may tell the tenant of a request, in order; see ``TenantSource``.
    ///   - sessions: what lends tenants' sessions to the routes behind; nil if they open their own.
    ///   - signInRoutes: templates of routes that stay open in a read-only tenant although they are no reads: without
    ///     signing in nobody could read.
    ///   - staysOpen: the same for code that has no templates of routes, such as a proxy: whether this request passes in
    ///     a read-only tenant although its method is no read.
    public init(
        hosts: HostPolicy, directory: any TenantDirectory, tokens: TokenAuthority, audit: any AuditTrail,
        sources: [TenantSource] = .standard, sessions: (any TenantSessionSource)? = nil,
        signInRoutes: Set<String> = [],
        staysOpen: @escaping @Sendable (Request, Context) -> Bool = { _, _ in false }
    ) {
        self.resolver = TenantResolver(
            trail: TenantTrail(hosts: hosts, directory: directory, sources: sources), tokens: tokens,
            alarm: IsolationAlarm(audit: audit))
        self.sessions = sessions
        self.signInRoutes = signInRoutes
        self.staysOpen = staysOpen
    }

    /// Serves a request to a tenant.
    ///
    /// - Throws: ``ProblemDetails``, and what the directory throws.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !context.scope.requestID.isEmpty else {
            context.logger.critical("TenantMiddleware without a RequestEnvelope around it")
            throw ProblemDetails.internalError
        }
        let resolution = try await self.resolver.resolve(request, context.scope, context.logger)
        let tenant = resolution.tenant
        let isRead = Self.isRead(request.method)
        if tenant.status.admission == .readsOnly, !isRead, !self.staysOpen(in: context, request) {
            throw ProblemDetails.tenantReadOnly
        }
        var context = context
        context.logger[metadataKey: "tenant.id"] = .string(tenant.id.description)
        context.scope.identity = resolution.identity
        var principal = Principal.anonymous
        if case .proven(let proven) = resolution.identity { principal = proven }
        let access = TenantAccess(
            verified: tenant.id, mode: isRead ? .readOnly : .readWrite, principal: principal, tier: tenant.tier,
            requestID: context.scope.requestID, deadline: context.scope.deadline)
        let found = TenantContext(
            tenant: tenant, access: access, deadline: context.scope.deadline, logger: context.logger,
            sessions: self.sessions)
        try found.checkDeadline()
        context.scope.tenant = found
        return try await next(request, context)
    }

    /// Whether a method is safe (RFC 9110, section 9.2.1).
    private static func isRead(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head || method == .options
    }

    private func staysOpen(in context: Context, _ request: Request) -> Bool {
        if let path = context.endpointPath, self.signInRoutes.contains(path) { return true }
        return self.staysOpen(request, context)
    }
}
