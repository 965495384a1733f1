public import BulkheadHummingbird
public import ControlPlane
public import Hummingbird
public import Identity
public import Mail
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
    ///   - provisioning: how the work about tenants is coming along.
    ///   - deliveries: what is done with mail on its way.
    ///   - sessions: signs administrators in; its audience must be `hosts.adminAudience`.
    ///   - admins: who may still act.
    ///   - idempotency: the answers to requests with an `Idempotency-Key`.
    ///   - tokens: verifies access tokens.
    ///   - audit: where attempts to cross over are written down.
    ///   - certificates: knows how it stands with the certificates.
    ///   - zoneReports: what the last looks at the zone showed.
    ///   - mailbox: the mailbox of development, shown to this machine without signing in; nil where mail is sent.
    public init(
        hosts: HostPolicy, tenants: TenantService, provisioning: ProvisioningService, deliveries: DeliveryService,
        sessions: AdminSessionService, admins: any AdminRepository, idempotency: any IdempotencyRepository,
        tokens: TokenAuthority, audit: any AuditTrail, mailbox: Mailbox?, certificates: any CertificateOverview,
        zoneReports: any ZoneReportRepository
    ) {
        let active = ActiveAdmins(admins)
        let documents = TenantDocuments(tenants: tenants)
        self.middleware = AdminMiddleware(hosts: hosts, tokens: tokens, active: active, audit: audit)
        self.groups =
            [
                AdminSessionsRoutes(sessions: sessions),
                TenantsRoutes(
                    tenants: tenants, provisioning: provisioning, idempotency: idempotency, documents: documents),
                TenantInterventionRoutes(tenants: tenants, documents: documents),
                ProvisioningRoutes(tenants: tenants, provisioning: provisioning, documents: documents),
                ProvisioningEventsRoutes(provisioning: provisioning, admins: active),
                DeliveriesRoutes(deliveries: deliveries), CertificatesRoutes(overview: certificates),
                DNSRoutes(reports: zoneReports),
                KeySetRoutes<BulkheadContext>(tokens: tokens, side: .admin),
            ] + (mailbox.map { [MailboxRoutes(mailbox: $0)] } ?? [])
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
