import AdminAPI
import BulkheadHummingbird
import TenantAPI

extension Composition {
    /// All routes of all hosts.
    func responder() -> HostRouter<BulkheadContext> {
        let tokens = self.keys.tokens
        let admin = AdminRoutes(
            hosts: self.hosts, tenants: self.tenantService, sessions: self.adminSessions, admins: self.admins,
            tokens: tokens, audit: self.audit)
        let tenant = TenantRoutes(
            hosts: self.hosts, directory: self.directory, sessions: self.memberSessions,
            activations: self.activations, clients: self.clientService, urls: self.urls, tokens: tokens,
            audit: self.audit)
        return HostRouter<BulkheadContext>(hosts: self.hosts, admin: admin.side(), tenant: tenant.side())
    }
}
