import ControlPlane
import DNS
import DNSProviders
import DNSResolver
import Foundation
import Postgres
import Tenancy
import TenancyPostgres
import Workflow

/// How tenants' names come into the DNS: the steps that see to one, and whoever keeps all of them.
struct Naming: Sendable {
    /// Makes a tenant's name reach it.
    let step: any WorkflowStep<TenantOrder>
    /// Lets pass the time in which a removed name still leads to the tenant.
    let expiry: [any WorkflowStep<TenantOrder>]
    /// Keeps the zone; nil if names are not made one by one.
    let reconciler: ZoneReconciler?

    /// - Throws: `PostgresError`; ``ZoneSettingsError``; `AuthorityError` if name servers cannot be asked this way.
    init(_ configuration: ServerConfiguration, client: PostgresClient) async throws {
        switch configuration.dns.way {
        case .none:
            self.step = NotConfiguredStep("dns")
            self.expiry = [NotConfiguredStep("dnsExpiry")]
            self.reconciler = nil
        case .wildcard:
            self.step = WildcardStep(base: configuration.baseDomain)
            // Runs that were started when there was something to wait for are still known.
            self.expiry = [NotConfiguredStep("dnsExpiry")]
            self.reconciler = nil
        case .records(let zone):
            let reconciler = ZoneReconciler(
                settings: try await zone.settings(client), provider: zone.service.provider,
                ledger: PostgresNameLedger(client: client), leases: PostgresLeases(client: client),
                reports: PostgresZoneReports(client: client), holder: Workers.name)
            let propagation = Propagation(resolver: try AresResolver(zone.resolver))
            let pause = PropagationPause(first: .milliseconds(100), longest: .seconds(5))
            self.step = DNSStep(
                reconciler: reconciler, propagation: propagation,
                times: DNSTimes(propagation: zone.propagation, pause: pause))
            self.expiry = [DNSExpiryStep(reconciler: reconciler, propagation: propagation)]
            self.reconciler = reconciler
        }
    }
}

extension ZoneConfiguration {
    /// With the installation's own id for a registry, unless another was named.
    fileprivate func settings(_ client: PostgresClient) async throws -> ZoneSettings {
        let name: String
        if let registry { name = registry } else { name = try await CatalogIdentity.id(client).uuidString.lowercased() }
        return try ZoneSettings(
            zone: self.zone, base: self.base, targets: self.targets, ttl: self.ttl, registry: name,
            removalLimit: self.removalLimit, isProxied: self.service.isProxied)
    }
}

extension DNSService {
    /// The service, asked through the process's own HTTP client, which follows no redirects.
    fileprivate var provider: any DNSProvider {
        switch self {
        case .route53(let configuration): Route53Provider(configuration, client: ProviderHTTPClient.shared)
        case .cloudflare(let configuration): CloudflareProvider(configuration, client: ProviderHTTPClient.shared)
        case .powerDNS(let configuration): PowerDNSProvider(configuration, client: ProviderHTTPClient.shared)
        }
    }

    fileprivate var isProxied: Bool {
        if case .cloudflare(let configuration) = self { configuration.proxied } else { false }
    }
}
