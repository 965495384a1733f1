import AdminAPI
import BulkheadHummingbird
import ControlPlane
import TenancyPostgres
import TenantAPI

extension Composition {
    /// All routes of all hosts.
    ///
    /// - Parameters:
    ///   - certificates: knows how it stands with the listener's certificate.
    ///   - application: what is served to tenants besides Bulkhead's own.
    ///   - limits: how large a request may be, and how long it may take.
    func responder(
        certificates: any CertificateOverview, application: TenantApplication = .none,
        limits: RequestLimits = .standard
    ) -> HostRouter<BulkheadContext> {
        let tokens = self.keys.tokens
        let admin = AdminRoutes(
            hosts: self.hosts, tenants: self.tenantService, provisioning: self.provisioningService,
            deliveries: self.deliveryService, sessions: self.adminSessions, admins: self.admins,
            idempotency: self.idempotency, tokens: tokens, audit: self.audit, mailbox: self.mailing?.mailbox,
            certificates: certificates, zoneReports: self.zoneReports)
        let tenant = TenantRoutes(
            hosts: self.hosts, directory: self.directory, sessions: self.memberSessions,
            activations: self.activations, clients: self.template.hasSample ? self.clientService : nil,
            urls: self.urls, tokens: tokens, audit: self.audit, lending: self.tenantDatabase, application: application)
        return HostRouter<BulkheadContext>(
            hosts: self.hosts, problems: ProblemTranslator { application.problems($0) ?? DatabaseProblem.problem($0) },
            limits: limits, productName: self.configuration.mail?.productName ?? "Bulkhead",
            admin: admin.side(inner: [self.limits.administrators(self.directory)]),
            tenant: tenant.side(inner: [self.limits.tenants(self.keys.limits)]),
            service: EdgeTenantsRoutes(
                hosts: self.hosts, directory: self.directory, token: self.configuration.edgeToken
            ).side(), strangers: self.limits.strangers(self.directory))
    }
}
