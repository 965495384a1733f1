public import BulkheadHummingbird
public import ControlPlane
import Tenancy

extension Composition {
    /// Which host is whose.
    public var hosts: HostPolicy {
        HostPolicy(
            baseDomain: self.configuration.baseDomain, bareIsAdmin: self.configuration.bareIsAdmin,
            trustedPeers: TrustedPeers(self.configuration.trustedProxies.compactMap { AddressRange($0) }))
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
            audience: self.hosts.adminAudience)
    }

    /// Makes accounts of administrators.
    public var adminAccounts: AdminAccountService {
        AdminAccountService(admins: self.admins, hasher: self.hasher)
    }

    /// Signs members in.
    public var memberSessions: MemberSessionService {
        MemberSessionService(members: self.members, hasher: self.hasher, tokens: self.keys.tokens)
    }

    /// Uses activation links up.
    public var activations: ActivationService {
        ActivationService(members: self.members, hasher: self.hasher)
    }

    /// What members do with clients.
    public var clientService: ClientService {
        ClientService(clients: self.clients)
    }
}
