public import BulkheadHummingbird
public import ControlPlane
public import Hummingbird
public import Identity
public import Tenancy

/// The tenant API: what exists on the host of every tenant.
public struct TenantRoutes: RouteGroup {
    private let hosts: HostPolicy
    private let directory: any TenantDirectory
    private let tokens: TokenAuthority
    private let audit: any AuditTrail
    private let sessionSource: (any TenantSessionSource)?
    private let application: TenantApplication
    private let groups: [any RouteGroup<BulkheadContext>]

    /// The API over these services.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - directory: where tenants are found.
    ///   - sessions: signs members in.
    ///   - activations: uses activation links up.
    ///   - clients: the tenants' clients; nil if tenants have none.
    ///   - urls: how links to tenants look.
    ///   - tokens: verifies access tokens.
    ///   - audit: where attempts to cross over are written down.
    ///   - lending: what lends tenants' sessions to the application's routes.
    ///   - application: an application's own routes.
    public init(
        hosts: HostPolicy, directory: any TenantDirectory, sessions: MemberSessionService,
        activations: ActivationService, clients: ClientService?, urls: TenantURL, tokens: TokenAuthority,
        audit: any AuditTrail, lending: (any TenantSessionSource)? = nil, application: TenantApplication = .none
    ) {
        self.hosts = hosts
        self.directory = directory
        self.tokens = tokens
        self.audit = audit
        self.sessionSource = lending
        self.application = application
        let always: [any RouteGroup<BulkheadContext>] = [
            MemberSessionsRoutes(hosts: hosts, sessions: sessions),
            ActivationsRoutes(activations: activations),
            InfoRoutes(urls: urls, sessions: sessions),
            KeySetRoutes<BulkheadContext>(tokens: tokens, side: .tenant),
        ]
        self.groups = always + (clients.map { [ClientsRoutes(clients: $0)] } ?? [])
    }

    /// The routes.
    public var routes: [Route<BulkheadContext>] { self.groups.flatMap { $0.routes } }

    /// Finds the tenant of each request; must run before the routes.
    public var middleware: TenantMiddleware<BulkheadContext> {
        TenantMiddleware(
            hosts: self.hosts, directory: self.directory, tokens: self.tokens, audit: self.audit,
            sources: self.application.sources, sessions: self.sessionSource, signInRoutes: self.table.signInRoutes)
    }

    /// The API as one side of a ``HostRouter``.
    ///
    /// - Parameter inner: middleware that wants to know the tenant and who asks.
    public func side(
        inner: [any MiddlewareProtocol<Request, Response, BulkheadContext>] = []
    ) -> HostSide<BulkheadContext> {
        HostSide(middleware: [self.middleware] + inner, groups: [self], more: self.application.routes)
    }
}
