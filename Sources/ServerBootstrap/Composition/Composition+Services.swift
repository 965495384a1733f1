public import BulkheadHummingbird
public import ControlPlane
import Tenancy
import TenancyPostgres

extension Composition {
    /// Which host is whose.
    public var hosts: HostPolicy {
        HostPolicy(
            baseDomain: self.configuration.baseDomain, bareIsAdmin: self.configuration.bareIsAdmin,
            trustedPeers: TrustedPeers(self.configuration.trustedProxies.compactMap { AddressRange($0) }),
            sharedHosts: self.configuration.sharedHosts)
    }

    /// What an operator does with tenants.
    public var tenantService: TenantService {
        TenantService(
            tenants: self.tenants, tiers: self.tiers, provisioner: self.provisioner, members: self.members,
            audit: self.audit, baseURL: self.urls)
    }

    /// Signs administrators in.
    public var adminSessions: AdminSessionService {
        AdminSessionService(
            admins: self.admins, hasher: self.hasher, tokens: self.keys.tokens, audit: self.audit,
            audience: self.hosts.adminAudience, limits: self.limits.signIns)
    }

    /// Makes accounts of administrators.
    public var adminAccounts: AdminAccountService {
        AdminAccountService(admins: self.admins, hasher: self.hasher)
    }

    /// Signs members in.
    public var memberSessions: MemberSessionService {
        MemberSessionService(
            members: self.members, hasher: self.hasher, tokens: self.keys.tokens, limits: self.limits.signIns)
    }

    /// Uses activation links up.
    public var activations: ActivationService {
        ActivationService(
            members: self.members, hasher: self.hasher, deliveries: self.deliveries, logger: self.logger,
            limits: self.limits.signIns)
    }

    /// How the work about tenants is coming along.
    public var provisioningService: ProvisioningService {
        ProvisioningService(
            tenants: self.tenants, journal: self.workflowStore, workflows: TenantWorkflows.names)
    }

    /// What an operator does with mail on its way.
    public var deliveryService: DeliveryService {
        DeliveryService(deliveries: self.deliveries)
    }

    /// What members do with clients.
    public var clientService: ClientService {
        ClientService(clients: self.clients)
    }
}
