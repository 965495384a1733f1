public import BulkheadHummingbird
public import ControlPlane
public import Hummingbird
public import Identity
public import Tenancy

/// The admin API: everything that exists on the admin host, and on no other.
public struct AdminRoutes: RouteGroup {
    /// Finds out which administrator asks; must run before the routes.
    public let middleware: AdminMiddleware
    private let groups: [any RouteGroup<BulkheadContext>]

    /// The API over these services.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - tenants: what is done with tenants.
    ///   - sessions: signs administrators in; its audience must be `hosts.adminAudience`.
    ///   - admins: who may still act.
    ///   - tokens: verifies access tokens.
    ///   - audit: where attempts to cross over are written down.
    public init(
        hosts: HostPolicy, tenants: TenantService, sessions: AdminSessionService, admins: any AdminRepository,
        tokens: TokenAuthority, audit: any AuditTrail
    ) {
        self.middleware = AdminMiddleware(hosts: hosts, tokens: tokens, admins: admins, audit: audit)
        self.groups = [
            AdminSessionsRoutes(sessions: sessions),
            TenantsRoutes(tenants: tenants),
            KeySetRoutes<BulkheadContext>(tokens: tokens, side: .admin),
        ]
    }

    /// The routes.
    public var routes: [Route<BulkheadContext>] { self.groups.flatMap { $0.routes } }

    /// The API as one side of a ``HostRouter``.
    ///
    /// - Parameter inner: middleware that wants to know who asks.
    public func side(
        inner: [any MiddlewareProtocol<Request, Response, BulkheadContext>] = []
    ) -> HostSide<BulkheadContext> {
        HostSide(middleware: [self.middleware] + inner, groups: [self])
    }
}
