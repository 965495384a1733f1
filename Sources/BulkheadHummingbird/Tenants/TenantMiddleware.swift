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

    /// A middleware.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - directory: where tenants are found.
    ///   - tokens: verifies access tokens.
    ///   - audit: where isolation violations are written down.
    ///   - signInRoutes: templates of routes that stay open in a read-only tenant although they are no reads: without
    ///     signing in nobody could read.
    public init(
        hosts: HostPolicy, directory: any TenantDirectory, tokens: TokenAuthority, audit: any AuditTrail,
        signInRoutes: Set<String> = []
    ) {
        self.resolver = TenantResolver(
            hosts: hosts, directory: directory, tokens: tokens, alarm: IsolationAlarm(audit: audit))
        self.signInRoutes = signInRoutes
    }

    /// Serves a request to a tenant.
    ///
    /// - Throws: ``ProblemDetails``, and what the directory throws.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let resolution = try await self.resolver.resolve(request, context.scope, context.logger)
        let tenant = resolution.tenant
        let isRead = request.method == .get || request.method == .head
        if tenant.status.admission == .readsOnly, !isRead, !self.staysOpen(context) {
            throw ProblemDetails.tenantReadOnly
        }
        var context = context
        context.logger[metadataKey: "tenant.id"] = .string(tenant.id.description)
        context.scope.identity = resolution.identity
        var principal = Principal.anonymous
        if case .proven(let proven) = resolution.identity { principal = proven }
        let access = TenantAccess(
            verified: tenant.id, mode: isRead ? .readOnly : .readWrite, principal: principal, tier: tenant.tier,
            requestID: context.scope.requestID)
        context.scope.tenant = TenantContext(
            tenant: tenant, access: access, deadline: context.scope.deadline, logger: context.logger)
        return try await next(request, context)
    }

    private func staysOpen(_ context: Context) -> Bool {
        context.endpointPath.map(self.signInRoutes.contains) ?? false
    }
}
