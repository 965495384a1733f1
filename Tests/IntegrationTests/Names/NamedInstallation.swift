import AsyncHTTPClient
import ControlPlane
import DNS
import DNSProviders
import DNSResolver
import DNSTestSupport
import Postgres
import Synchronization
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// A database whose tenants have names in a zone of a PowerDNS server.
struct NamedInstallation: Sendable {
    static let zone = "saas.test"

    let bulkhead: BulkheadDatabase
    let server: PowerDNSServer
    let reconciler: ZoneReconciler
    let provider: CountingProvider
    let ledger: PostgresNameLedger

    static func with<Value: Sendable>(
        removalLimit: Double = 0.1, ttl: Int = 1, mailDomain: String? = nil,
        _ body: (NamedInstallation) async throws -> Value
    ) async throws -> Value {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let zone = try #require(DomainName(Self.zone))
            let powerDNS = PowerDNSProvider(
                PowerDNSProvider.Configuration(url: server.url, apiKey: PowerDNSServer.apiKey), client: .shared)
            let provider = CountingProvider(powerDNS)
            let settings = try ZoneSettings(
                zone: zone, base: zone, targets: try RecordTargets("192.0.2.1, 2001:db8::1"), ttl: ttl,
                registry: "test", removalLimit: removalLimit)
            let resolver = try AresResolver(
                AresConfiguration(authorities: [NameServerEndpoint(host: "127.0.0.1", port: server.port)]))
            let propagation = Propagation(resolver: resolver)
            let times = DNSTimes(propagation: .seconds(20), pause: PropagationPause(first: .milliseconds(50)))
            let made = Mutex<ZoneReconciler?>(nil)
            return try await BulkheadDatabase.with(
                mailDomain: mailDomain,
                reach: { client in
                    let reconciler = Self.reconciler(settings, provider, client)
                    made.withLock { $0 = reconciler }
                    return (
                        [DNSStep(reconciler: reconciler, propagation: propagation, times: times)],
                        [DNSExpiryStep(reconciler: reconciler, propagation: propagation)]
                    )
                }
            ) { bulkhead in
                let reconciler = try #require(made.withLock { $0 })
                return try await body(
                    NamedInstallation(
                        bulkhead: bulkhead, server: server, reconciler: reconciler, provider: provider,
                        ledger: PostgresNameLedger(client: bulkhead.control)))
            }
        }
    }

    static func reconciler(
        _ settings: ZoneSettings, _ provider: any DNSProvider, _ client: PostgresClient, holder: String = "test"
    ) -> ZoneReconciler {
        ZoneReconciler(
            settings: settings, provider: provider, ledger: PostgresNameLedger(client: client),
            leases: PostgresLeases(client: client), reports: PostgresZoneReports(client: client), holder: holder)
    }

    /// What the zone holds but for its own records.
    func records() async throws -> [String] {
        try await self.provider.base.records(in: self.reconciler.settings.zone, at: nil).map(\.description).sorted()
    }

    /// What the zone holds for a tenant that is there.
    static func records(of tenant: Tenant, ttl: Int = 1) -> [String] {
        let name = "\(tenant.subdomain).\(Self.zone)"
        return [
            "\(name) A \(ttl) 192.0.2.1", "\(name) AAAA \(ttl) 2001:db8::1",
            "_bulkhead.\(name) TXT 300 heritage=bulkhead,registry=test,subject=\(tenant.id)",
        ].sorted()
    }
}

/// Counts what a provider is asked for, and may refuse some of it.
final class CountingProvider: DNSProvider {
    let base: any DNSProvider
    private let counts = Mutex((listings: 0, changes: 0))
    private let refusal = Mutex<(@Sendable ([RecordChange]) -> DNSProviderError?)?>(nil)

    init(_ base: any DNSProvider) { self.base = base }

    var name: String { self.base.name }
    var support: DNSSupport { self.base.support }
    var calls: (listings: Int, changes: Int) { self.counts.withLock { $0 } }

    func refuse(_ decide: @escaping @Sendable ([RecordChange]) -> DNSProviderError?) {
        self.refusal.withLock { $0 = decide }
    }

    func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet] {
        self.counts.withLock { $0.listings += 1 }
        return try await self.base.records(in: zone, at: names)
    }

    func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt {
        self.counts.withLock { $0.changes += 1 }
        if let error = self.refusal.withLock({ $0 })?(changes) { throw error }
        return try await self.base.apply(changes, to: zone)
    }

    func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool {
        try await self.base.settled(receipt, in: zone)
    }
}
