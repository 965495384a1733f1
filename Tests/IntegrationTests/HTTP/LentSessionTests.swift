import BulkheadHummingbird
import BulkheadServer
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres
import Synchronization
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// What an application's routes get of the request's tenant, with a real database behind.
@Suite("Sessions lent to routes", .timeLimit(.minutes(2)))
struct LentSessionTests {
    private struct Broken: Error {}

    /// Routes of an application, for one tenant each time.
    private static let application = TenantApplication { router in
        for method in [HTTPRequest.Method.get, .post] {
            router.on("name", method: method) { _, context -> String in
                try await context.requireMember().withSession { session in
                    _ = try await session.query(
                        "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'x')")
                    return try await session.query("SELECT count(*)::int FROM clients").first?[0].decode(Int.self)
                        .description ?? ""
                }
            }
        }
        router.post("broken") { _, context -> String in
            try await context.requireMember().withSession { session in
                _ = try await session.query(
                    "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'y')")
                throw Broken()
            }
        }
        router.get("count") { _, context -> String in
            try await context.requireMember().read("SELECT count(*)::int FROM clients").first?[0].decode(Int.self)
                .description ?? ""
        }
        router.get("write") { _, context -> String in
            _ = try await context.requireMember().read("DELETE FROM clients")
            return ""
        }
        router.get("theirs/{schema}") { _, context -> String in
            let schema = try context.parameters.require("schema")
            let query = PostgresQuery(unsafeSQL: "SELECT count(*)::int FROM \(schema).clients", isPrepared: false)
            return try await context.requireMember().read(query).first?[0].decode(Int.self).description ?? ""
        }
        router.get("anonymous") { _, context -> String in
            try await context.requireTenant().read("SELECT count(*)::int FROM clients").first?[0].decode(Int.self)
                .description ?? ""
        }
    }

    private struct Answer {
        let status: Int
        let text: String
    }

    private struct Service {
        let responder: HostRouter<BulkheadContext>

        func send(
            _ path: String, _ host: String, _ token: String?, method: HTTPRequest.Method = .get
        ) async throws -> Answer {
            let head = HTTPRequest(
                method: method, scheme: "http", authority: host, path: path,
                headerFields: token.map { [.authorization: "Bearer \($0)"] } ?? [:])
            let response = try await self.responder.respond(
                to: Request(head: head, body: RequestBody(buffer: ByteBuffer())),
                context: BulkheadContext(logger: Logger(label: "test"), peer: nil))
            let collector = Collector()
            try await response.body.write(collector)
            return Answer(status: response.status.code, text: String(decoding: collector.bytes, as: UTF8.self))
        }
    }

    private final class Collector: ResponseBodyWriter {
        private(set) var bytes: [UInt8] = []
        func write(_ buffer: ByteBuffer) async throws { self.bytes += buffer.readableBytesView }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    @Test("each route has its own tenant's rows: written by POST, only read by GET, undone when the route fails")
    func lending() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let globex = try await installation.makeTenant("globex")
            let service = Service(
                responder: installation.composition.responder(
                    certificates: NoCertificates(), application: Self.application))
            #expect(try await service.send("/name", "acme.localhost", acme.token, method: .post).text == "1")
            #expect(try await service.send("/name", "acme.localhost", acme.token, method: .post).text == "2")
            #expect(try await service.send("/count", "globex.localhost", globex.token).text == "0")
            // A read-only transaction refuses; nothing of it is in the answer.
            let writing = try await service.send("/name", "acme.localhost", acme.token)
            #expect(writing.status == 500 && !writing.text.contains("INSERT") && !writing.text.contains("clients"))
            #expect(try await service.send("/write", "acme.localhost", acme.token).status == 500)
            #expect(try await service.send("/broken", "acme.localhost", acme.token, method: .post).status == 500)
            #expect(try await service.send("/count", "acme.localhost", acme.token).text == "2")
            // The other's tables are there, and empty to us.
            let schema = Placement.ownSchema(of: acme.id).schema
            let theirs = try await service.send("/theirs/\(schema)", "globex.localhost", globex.token)
            #expect(theirs.text == "0")
            #expect(try await service.send("/count", "globex.localhost", acme.token).status == 403)
            #expect(try await service.send("/count", "acme.localhost", nil).status == 401)
            #expect(try await service.send("/anonymous", "acme.localhost", nil).text == "2")
            // Whoever may not act any more is told so by the transaction itself.
            try await installation.bulkhead.database.execute("UPDATE \(schema).users SET status = 'disabled'")
            for (path, method) in [("/count", HTTPRequest.Method.get), ("/name", .post)] {
                let refused = try await service.send(path, "acme.localhost", acme.token, method: method)
                #expect(refused.status == 401, "\(refused.text)")
            }
        }
    }

    @Test("a deadline ends a session that takes too long, with 503, and undoes it")
    func deadline() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let slow = TenantApplication { router in
                router.post("slow") { _, context -> String in
                    try await context.requireMember().withSession { session in
                        _ = try await session.query(
                            "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'late')")
                        _ = try await session.query("SELECT pg_sleep(20)")
                        return "done"
                    }
                }
            }
            let tenant = TenantRoutesUnderTest.side(of: installation.composition, slow)
            let responder = HostRouter(
                hosts: installation.composition.hosts,
                problems: ProblemTranslator { error in
                    (error as? PostgresError)?.code == .deadlineExceeded ? .deadlineExceeded : nil
                }, limits: RequestLimits(bodySize: 1_000, duration: .seconds(1)),
                admin: HostSide<BulkheadContext>(middleware: [], groups: []), tenant: tenant)
            let began = ContinuousClock.now
            let answer = try await Service(responder: responder).send(
                "/slow", "acme.localhost", acme.token, method: .post)
            #expect(answer.status == 503 && answer.text.contains("problems/deadline-exceeded"), "\(answer.text)")
            #expect(ContinuousClock.now - began < .seconds(15))
            let schema = Placement.ownSchema(of: acme.id).schema
            try await eventually(within: .seconds(30)) {
                try await installation.bulkhead.database.execute("SELECT count(*) FROM \(schema).clients") == "0"
            }
        }
    }
}

/// The tenants' side of a server, with an application's routes in it and other limits around it.
private enum TenantRoutesUnderTest {
    static func side(of composition: Composition, _ application: TenantApplication) -> HostSide<BulkheadContext> {
        let middleware = TenantMiddleware<BulkheadContext>(
            hosts: composition.hosts, directory: composition.directory, tokens: composition.keys.tokens,
            audit: composition.audit, sessions: composition.tenantDatabase)
        return HostSide(middleware: [middleware], groups: [], more: application.routes)
    }
}
