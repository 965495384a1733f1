import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Identity
import Synchronization
import Tenancy
import TenancyTestSupport
import Testing

/// Claim, host, header, status and method against what the design says, on a socket.
@Suite("The matrix of requests", .serialized, .timeLimit(.minutes(10)))
struct MatrixTests {
    /// Remembers what is asked.
    private final class Witness: TenantDirectory {
        let base: MemoryCatalog
        let asked = Mutex<Set<String>>([])
        init(_ base: MemoryCatalog) { self.base = base }
        func entry(for subdomain: Subdomain) async throws -> Tenant? {
            self.asked.withLock { _ = $0.insert("\(subdomain)") }
            return try await self.base.entry(for: subdomain)
        }
        func entry(for id: TenantID) async throws -> Tenant? {
            self.asked.withLock { _ = $0.insert("\(id)") }
            return try await self.base.entry(for: id)
        }
    }

    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .options]

    /// A server that answers every method at `/probe` with the tenant's name.
    private func withServer<Value: Sendable>(
        trusted: [String], _ body: @Sendable (MatrixWorld, TestServer, Witness) async throws -> Value
    ) async throws -> Value {
        let server = try await TestServer(trusted: trusted)
        let witness = Witness(server.catalog)
        let middleware = TenantMiddleware<BulkheadContext>(
            hosts: server.hosts, directory: witness, tokens: server.tokens, audit: server.catalog)
        let tenant = HostSide(middleware: [middleware], groups: []) { router in
            for method in Self.methods {
                router.on("probe", method: method) { _, context in
                    "tenant=\(try context.requireMember().tenant.subdomain)\n"
                }
            }
        }
        let responder = HostRouter(
            hosts: server.hosts, admin: HostSide<BulkheadContext>(middleware: [], groups: []), tenant: tenant)
        let app = Application(
            responder: responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [RequestHeadGuard()])),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: server.log.logger)
        return try await app.test(.live) { client in
            let world = try Self.world(server, port: try #require(client.port), isTrusted: !trusted.isEmpty)
            return try await body(world, server, witness)
        }
    }

    private static func world(_ server: TestServer, port: Int, isTrusted: Bool) throws -> MatrixWorld {
        let past = TokenAuthority(issuer: "https://example.com", keys: SigningKeySet(current: server.key)) {
            Date(timeIntervalSinceNow: -3_600)
        }
        let stranger = TokenAuthority(
            issuer: "https://example.com", keys: SigningKeySet(current: SigningKey.generate()))
        let subject = TokenSubject.member(.random(), .admin, server.acme.id)
        let tokens: [TokenKind: String] = [
            .ofA: try server.token(server.acme), .ofB: try server.token(server.globex),
            .expiredOfA: try past.issue(subject, audience: "acme.example.com").token,
            .forgedOfA: try stranger.issue(subject, audience: "acme.example.com").token,
            .ofAdmin: try server.adminToken(),
        ]
        func town(_ tenant: Tenant) -> MatrixWorld.Town {
            .init(id: tenant.id.description, subdomain: tenant.subdomain.description, name: tenant.name)
        }
        return MatrixWorld(
            port: port, base: "example.com", a: town(server.acme), b: town(server.globex), tokens: tokens,
            trustsPeer: isTrusted
        ) { status in
            server.catalog.setStatus(try #require(TenantStatus(rawValue: status)), of: server.acme.id)
        }
    }

    @Test("every answer is the one that the design says, from a trusted peer and a stranger", arguments: [true, false])
    func answers(isTrusted: Bool) async throws {
        try await self.withServer(trusted: isTrusted ? ["127.0.0.0/8"] : []) { world, server, witness in
            let report = try await RequestMatrix(world).run()
            #expect(report.sent > 2_000)
            #expect(
                report.failures.isEmpty, "\(report.failures.count) of \(report.sent): \(report.failures.prefix(20))")
            // No answer of the design is missing from the table.
            let problems = Set(report.expected.keys.map(\.description))
            #expect(
                problems.isSuperset(of: [
                    "200", "400 bad-host", "401 token-required", "401 token-expired", "401 token-invalid",
                    "403 tenant-mismatch", "403 tenant-suspended", "403 tenant-read-only", "404 tenant-not-found",
                    "503 tenant-provisioning", "503 tenant-maintenance", "503 tenant-unavailable",
                ]))
            // Mismatches are on record, the same one not without end, and nothing else is.
            let mismatches = try #require(report.expected[MatrixAnswer(403, "tenant-mismatch")])
            #expect((1...mismatches).contains(server.catalog.events.count))
            #expect(server.catalog.events.allSatisfy { $0.action == "isolation.violation" })
            // However a name is spelt, the directory is asked for one.
            var names: Set<String> = ["acme", "globex", "absent"]
            if isTrusted {
                names.formUnion([world.a.id, world.b.id, "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"])
            }
            #expect(witness.asked.withLock { $0 } == names)
        }
    }

    @Test("everything with everything: claim, host, header, status, method", arguments: [true, false])
    func product(isTrusted: Bool) async throws {
        try await self.withServer(trusted: isTrusted ? ["127.0.0.0/8"] : []) { world, server, _ in
            let report = try await RequestMatrix(world).runProduct()
            #expect(report.sent == 7 * 6 * (isTrusted ? 9 : 4) * 10 * 6)
            #expect(
                report.failures.isEmpty, "\(report.failures.count) of \(report.sent): \(report.failures.prefix(20))")
            let mismatches = try #require(report.expected[MatrixAnswer(403, "tenant-mismatch")])
            #expect(mismatches > 300)
            #expect(server.catalog.events.allSatisfy { $0.action == "isolation.violation" })
        }
    }

    @Test("nothing that is smuggled makes a request another tenant's, or two of one")
    func smuggling() async throws {
        try await self.withServer(trusted: []) { world, _, _ in
            let report = try await RequestMatrix(world).smuggle(world)
            #expect(report.sent > 20)
            #expect(report.failures.isEmpty, "\(report.failures)")
        }
    }
}
