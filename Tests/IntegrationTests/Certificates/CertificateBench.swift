import ACME
import BulkheadHummingbird
import Certificates
import ControlPlane
import DNSProviders
import DNSTestSupport
import Foundation
import Identity
import Logging
import Postgres
import ServiceLifecycle
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// A catalog, a name server and a certificate authority, for processes that share a certificate through them.
struct CertificateBench: Sendable {
    static let domain = "saas.test"
    static let names = ["*.saas.test", "saas.test"]

    let bulkhead: BulkheadDatabase
    let dns: PowerDNSServer
    let authority: PebbleServer
    let folder: URL
    let shared: CertificateSharing

    /// Lends one; its authority believes without looking, for that takes seconds.
    static func use<Value: Sendable>(
        validity: Int = 90 * 86_400, refusing: [String] = [], _ body: (CertificateBench) async throws -> Value
    ) async throws -> Value {
        var options = PebbleServer.Options()
        options.believesEverything = true
        options.validity = validity
        options.refusedDomains = refusing
        return try await Self.withCatalog { bulkhead, shared, folder in
            try await PowerDNSServer.use(zones: [Self.domain]) { dns in
                try await PebbleServer.use(dnsPort: dns.port, options: options) { authority in
                    try await body(
                        CertificateBench(
                            bulkhead: bulkhead, dns: dns, authority: authority, folder: folder, shared: shared))
                }
            }
        }
    }

    /// Lends a catalog and a folder alone.
    static func withCatalog<Value: Sendable>(
        _ body: (BulkheadDatabase, CertificateSharing, URL) async throws -> Value
    ) async throws -> Value {
        try await BulkheadDatabase.with { bulkhead in
            let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-certs-\(UUID().uuidString)")
            defer {
                // What a test leaves in the system's temporary folder harms nobody.
                try? FileManager.default.removeItem(at: folder)
            }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try await body(bulkhead, .of(bulkhead), folder)
        }
    }

    // MARK: Processes

    /// A process that shows the certificate, and gets it when nobody else does.
    func process(_ name: String, lease: Duration = .seconds(60)) async throws -> CertificateProcess {
        var renewal = CertificateRenewal(
            issuer: try self.issuer(name), names: Self.names, shared: self.shared,
            leases: PostgresLeases(client: self.bulkhead.control), holder: name, logger: .silent)
        renewal.interval = .milliseconds(200)
        renewal.leaseTime = lease
        return CertificateProcess(
            folder: self.folder.appending(path: name), shown: try await self.shown(), renewal: renewal)
    }

    /// What a process shows at its start.
    func shown() async throws -> ServerCertificate {
        let proofs = DNSService.powerDNS(.init(url: self.dns.url, apiKey: PowerDNSServer.apiKey))
        let settings = ACMESettings(
            directory: self.authority.directory, email: "ops@saas.test", folder: self.folder, skipsCheck: true,
            resolvers: [], timeLimit: .seconds(60), proofs: proofs)
        let configuration = CertificateConfiguration(source: .acme(settings), hsts: 0)
        return try await ServerCertificate.load(
            configuration, base: try #require(BaseDomain(Self.domain)), shared: self.shared,
            tenants: PostgresTenantRepository(client: self.bulkhead.control), logger: .silent)
    }

    /// What a process of this name works with.
    func issuer(_ name: String) throws -> ACMEIssuer {
        let configuration = try ACMEConfiguration(
            directory: self.authority.directory, email: "ops@saas.test", baseDomain: Self.domain,
            folder: self.folder.appending(path: name),
            challenge: .powerDNS(url: self.dns.url, apiKey: PowerDNSServer.apiKey),
            propagation: DNSPropagation(resolvers: ["127.0.0.1:\(self.dns.port)"], skipsCheck: true),
            trustedAuthorities: self.authority.authorities, timeLimit: .seconds(60))
        return ACMEIssuer(configuration, logger: .silent)
    }

    // MARK: Facts

    /// How many orders the authority was given.
    func orders() throws -> Int { try self.authority.count(of: "Added order") }

    /// Puts a certificate into the catalog that has been there for some time.
    ///
    /// - Returns: its serial number.
    func put(_ bundle: CertificateBundle) async throws -> String {
        #expect(try await self.shared.put(bundle))
        return bundle.serial
    }
}

/// A process as far as the certificate is concerned.
struct CertificateProcess: Sendable {
    let folder: URL
    let shown: ServerCertificate
    let renewal: CertificateRenewal

    var serial: String { self.shown.live.bundle.serial }
    var status: CertificateStatus { self.shown.status }

    /// Whether an order is under way.
    var isOrdering: Bool {
        // Without the folder nothing has begun.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.folder.path)) ?? []
        return names.contains { $0.hasPrefix("run-") }
    }

    /// Lets processes run while `body` does.
    static func running<Value: Sendable>(
        _ processes: [CertificateProcess], _ body: () async throws -> Value
    ) async throws -> Value {
        try await Self.running(processes.flatMap { $0.shown.services + [$0.renewal] }, body)
    }

    /// Lets services run while `body` does.
    static func running<Value: Sendable>(
        _ services: [any Service], _ body: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            defer { group.cancelAll() }
            return try await body()
        }
    }
}

extension CertificateSharing {
    /// The sharing of a catalog, with a secret of its own.
    static func of(_ bulkhead: BulkheadDatabase) throws -> CertificateSharing {
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        return CertificateSharing(
            repository: PostgresSharedCertificates(client: bulkhead.control), seal: try SecretSeal(secret: secret))
    }

    /// Puts a certificate into the catalog.
    func put(_ bundle: CertificateBundle) async throws -> Bool {
        try await self.replace(try await self.found(), with: bundle, account: nil, state: RenewalState())
    }
}

extension CertificateBundle {
    /// One that was issued so many days ago for 90.
    static func issued(
        daysAgo days: Double = 0, for domain: String = CertificateBench.domain, lasting: Int = 90
    ) throws -> CertificateBundle {
        try DevelopmentAuthority.make(for: domain).issue(
            days: lasting, at: Date().addingTimeInterval(-days * 86_400))
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
