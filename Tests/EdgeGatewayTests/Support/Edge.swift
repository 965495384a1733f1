import BulkheadHummingbird
import EdgeGateway
import EdgeTestSupport
import Foundation
import Identity
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import TLS
import Tenancy
import Testing

/// An edge for `saas.test` with two tenants, acme and globex.
struct Edge: Sendable {
    let port: Int
    let town: Town
    let shutDown: @Sendable () async -> Void

    /// Lends an edge in front of backends; it is gone afterwards.
    static func use<Value: Sendable>(
        before ports: Int..., api: [Int]? = nil, trusting peers: [String] = [], certificate: LiveCertificate? = nil,
        town: Town? = nil, strangers: StrangerLimit? = nil,
        changing change: (inout EdgeConfiguration) -> Void = { _ in },
        _ body: (Edge) async throws -> Value
    ) async throws -> Value {
        let town = try town ?? Town()
        func addresses(_ ports: [Int]) -> [UpstreamAddress] {
            ports.map { UpstreamAddress(host: "127.0.0.1", port: $0) }
        }
        var configuration = EdgeConfiguration(pages: .upstream(addresses(ports)), api: api.map(addresses))
        configuration.timeouts = .init(connect: .seconds(2), answer: .seconds(20), idle: .seconds(20))
        change(&configuration)
        let hosts = HostPolicy(
            baseDomain: try #require(BaseDomain("saas.test")),
            trustedPeers: TrustedPeers(peers.compactMap { .init($0) }))
        let gateway = try EdgeGateway(
            configuration, hosts: hosts, directory: town, tokens: town.tokens.verifier, audit: town,
            strangers: strangers)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let service = try gateway.service(
            host: "127.0.0.1", port: 0, certificate: certificate, logger: town.logger
        ) { listening.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [service], logger: town.logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next(isolation: #isolation))
            let edge = Edge(port: port, town: town) { await group.triggerGracefulShutdown() }
            do {
                let value = try await body(edge)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return value
            } catch {
                tasks.cancelAll()
                throw error
            }
        }
    }

    /// Sends one request on a connection of its own.
    func ask(
        _ method: String = "GET", _ target: String = "/", host: String = "acme.saas.test", _ fields: [String] = [],
        body: String? = nil
    ) async throws -> Answer {
        try await Wire.open(self.port) { wire in
            try await wire.ask(
                Self.request(method, target, host: host, fields, body: body), toHead: method == "HEAD")
        }
    }

    /// The text of a request.
    static func request(
        _ method: String = "GET", _ target: String = "/", host: String = "acme.saas.test", _ fields: [String] = [],
        body: String? = nil
    ) -> String {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }
}

/// The tenants, in memory, with the keys and the alarms of an installation.
final class Town: TenantDirectory, AuditTrail, Sendable {
    struct Keys: Sendable {
        let issuer: TokenAuthority
        /// What an edge has: the public halves.
        let verifier: TokenAuthority
        /// The same keys an hour ago.
        let past: TokenAuthority

        init() {
            let key = SigningKey.generate()
            self.issuer = TokenAuthority(issuer: "https://admin.saas.test", keys: SigningKeySet(current: key))
            self.verifier = TokenAuthority(
                issuer: "https://admin.saas.test", keys: SigningKeySet(current: key.verifying))
            self.past = TokenAuthority(issuer: "https://admin.saas.test", keys: SigningKeySet(current: key)) {
                Date(timeIntervalSinceNow: -3_600)
            }
        }
    }

    private struct State {
        var tenants: [Tenant] = []
        var events: [AuditEvent] = []
        var failure: (any Error)?
        var lookups = 0
    }

    let tokens = Keys()
    let logger: Logger
    let acme: Tenant
    let globex: Tenant
    private let state = Mutex(State())

    init() throws {
        var logger = Logger(label: "edge")
        logger.logLevel = .critical
        self.logger = logger
        self.acme = try Self.tenant("acme", "Acme Ltd")
        self.globex = try Self.tenant("globex", "Globex \"Söhne\" & Co\u{202E}")
        self.state.withLock { $0.tenants = [self.acme, self.globex] }
    }

    private static func tenant(_ subdomain: String, _ name: String) throws -> Tenant {
        let id = TenantID.random()
        let now = Date()
        return Tenant(
            id: id, name: name, subdomain: try #require(Subdomain(stored: subdomain)), tier: TierName("standard"),
            status: .active, placement: .ownSchema(of: id), createdAt: now, updatedAt: now, schemaVersion: 1, version: 1
        )
    }

    /// How often somebody asked for the tenant of a name.
    var lookups: Int { self.state.withLock { $0.lookups } }

    var events: [AuditEvent] { self.state.withLock { $0.events } }

    func set(_ status: TenantStatus, of tenant: Tenant) {
        self.state.withLock { state in
            for index in state.tenants.indices where state.tenants[index].id == tenant.id {
                state.tenants[index].status = status
            }
        }
    }

    func token(of tenant: Tenant, audience: String? = nil) throws -> String {
        try self.tokens.issuer.issue(
            .member(.random(), .admin, tenant.id), audience: audience ?? "\(tenant.subdomain).saas.test"
        ).token
    }

    func entry(for subdomain: Subdomain) async throws -> Tenant? {
        self.state.withLock { $0.lookups += 1 }
        return self.state.withLock { $0.tenants.first { $0.subdomain == subdomain } }
    }

    func entry(for id: TenantID) async throws -> Tenant? {
        self.state.withLock { $0.tenants.first { $0.id == id } }
    }

    func record(_ event: AuditEvent) async throws {
        self.state.withLock { $0.events.append(event) }
    }
}
