import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging
import NIOCore
import Synchronization
import Tenancy
import Testing

@Suite("Sources of a tenant's name")
struct TenantSourcesTests {
    /// A tenant in the path, as an application may have it: `/t/acme/...`.
    private struct PathSource: TenantEvidenceSource {
        let name = "path"
        func clue(in request: Request, _ scope: RequestScope) async throws -> TenantClue? {
            let parts = request.uri.path.split(separator: "/")
            guard parts.count > 1, parts[0] == "t" else { return nil }
            guard let label = Subdomain(stored: String(parts[1])) else {
                throw ProblemDetails.badRequest("This is no subdomain.")
            }
            return .subdomain(label)
        }
    }

    /// Counts what is asked.
    private final class CountingDirectory: TenantDirectory {
        let base: MemoryCatalog
        let loads = Mutex<[String]>([])
        init(_ base: MemoryCatalog) { self.base = base }
        func entry(for subdomain: Subdomain) async throws -> Tenant? {
            self.loads.withLock { $0.append("\(subdomain)") }
            return try await self.base.entry(for: subdomain)
        }
        func entry(for id: TenantID) async throws -> Tenant? {
            self.loads.withLock { $0.append("\(id)") }
            return try await self.base.entry(for: id)
        }
    }

    /// An application's own router: every route answers with the tenant's subdomain and who asks.
    private struct Service {
        let server: TestServer
        let directory: CountingDirectory
        let responder: RouterResponder<BulkheadContext>

        init(
            _ sources: [TenantSource], shared: [String] = [], trusted: [String] = ["10.0.0.0/8"],
            limits: RequestLimits = .standard, hasEnvelope: Bool = true,
            staysOpen: @escaping @Sendable (Request, BulkheadContext) -> Bool = { _, _ in false }
        ) async throws {
            self.server = try await TestServer(trusted: trusted)
            self.directory = CountingDirectory(self.server.catalog)
            var hosts = self.server.hosts
            hosts.sharedHosts = Set(try shared.map { try #require(HostName(authority: $0)) })
            let router = Router(context: BulkheadContext.self)
            if hasEnvelope { router.add(middleware: RequestEnvelope(hosts: hosts, limits: limits)) }
            router.add(
                middleware: TenantMiddleware(
                    hosts: hosts, directory: self.directory, tokens: self.server.tokens, audit: self.server.catalog,
                    sources: sources, staysOpen: staysOpen))
            for method in [HTTPRequest.Method.get, .post, .options] {
                router.on("**", method: method) { _, context -> String in
                    let tenant = try context.requireMember()
                    return "\(tenant.tenant.subdomain) \(tenant.access.mode.rawValue)"
                }
            }
            self.responder = router.buildResponder()
        }

        func send(
            _ host: String, token: String? = nil, headers: [(String, String)] = [], peer: String? = nil,
            path: String = "/x", method: HTTPRequest.Method = .get
        ) async throws -> Answer {
            var fields = HTTPFields()
            if let token { fields[.authorization] = "Bearer \(token)" }
            for (name, value) in headers {
                fields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
            }
            let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields)
            let address = try peer.map { try SocketAddress(ipAddress: $0, port: 1) }
            let context = BulkheadContext(logger: self.server.log.logger, peer: address)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            do {
                return try await Answer(self.responder.respond(to: request, context: context))
            } catch let problem as ProblemDetails {
                return Answer(status: problem.status.code, headers: [:], text: problem.slug)
            }
        }
    }

    private static let proxy = "10.1.2.3"

    // MARK: Order

    /// Every order of the four sources.
    private static let orders: [[TenantSource]] = Self.permutations([.claim, .host, .idHeader, .subdomainHeader])

    private static func permutations(_ sources: [TenantSource]) -> [[TenantSource]] {
        guard sources.count > 1 else { return [sources] }
        return sources.indices.flatMap { index in
            var rest = sources
            let first = rest.remove(at: index)
            return Self.permutations(rest).map { [first] + $0 }
        }
    }

    @Test("no order lets pass what another refuses")
    func everyOrder() async throws {
        #expect(Self.orders.count == 24)
        for order in Self.orders {
            let service = try await Service(order)
            let (acme, globex) = (service.server.acme, service.server.globex)
            let tokens = [nil, try service.server.token(acme), try service.server.token(globex)]
            for host in ["acme.example.com", "globex.example.com", "app.internal"] {
                for header in [nil, acme, globex] {
                    for label in [nil, acme, globex] {
                        for (index, token) in tokens.enumerated() {
                            let claim = [nil, acme, globex][index]
                            var headers: [(String, String)] = []
                            if let header { headers.append(("X-Tenant-ID", header.id.description)) }
                            if let label { headers.append(("X-Tenant-Subdomain", label.subdomain.description)) }
                            let named = host == "app.internal" ? nil : host.hasPrefix("acme") ? acme : globex
                            let answer = try await service.send(
                                host, token: token, headers: headers, peer: Self.proxy)
                            let addressed = Set([named, header, label].compactMap { $0?.id })
                            let all = addressed.union([claim?.id].compactMap(\.self))
                            let expected = addressed.isEmpty ? 404 : all.count > 1 ? 403 : token == nil ? 401 : 200
                            #expect(answer.status == expected, "\(order) \(host) \(headers) \(index)")
                        }
                    }
                }
            }
        }
    }

    @Test("the order says which tenant was addressed")
    func addressed() async throws {
        for (order, isAcme) in [([TenantSource.host, .idHeader], true), ([.idHeader, .host], false)] {
            let service = try await Service(order)
            let (acme, globex) = (service.server.acme, service.server.globex)
            let answer = try await service.send(
                "acme.example.com", headers: [("X-Tenant-ID", globex.id.description)], peer: Self.proxy)
            try answer.expectProblem(403, "tenant-mismatch")
            let event = try #require(service.server.catalog.events.first)
            #expect(event.tenant == (isAcme ? acme.id : globex.id))
            #expect(event.details["claimedTenant"] == (isAcme ? globex : acme).id.description)
            #expect(event.details["evidence"] == (isAcme ? "header" : "host"))
        }
    }

    @Test("a tenant that is named several times is looked up once")
    func oneLookup() async throws {
        let service = try await Service(.standard)
        let acme = service.server.acme
        let answer = try await service.send(
            "ACME.example.com.:8080", token: service.server.token(acme),
            headers: [("X-Tenant-ID", acme.id.description), ("X-Tenant-Subdomain", "acme")], peer: Self.proxy)
        #expect(answer.text == "acme ro")
        #expect(service.directory.loads.withLock { $0 } == ["acme"])
    }

    // MARK: Switched off

    @Test("a source that is not in the list says nothing")
    func switchedOff() async throws {
        let service = try await Service([.claim, .host, .subdomainHeader])
        let (acme, globex) = (service.server.acme, service.server.globex)
        let token = try service.server.token(acme)
        let ignored = try await service.send(
            "acme.example.com", token: token, headers: [("X-Tenant-ID", globex.id.description)], peer: Self.proxy)
        #expect(ignored.text == "acme ro")
        let named = try await service.send(
            "app.internal", token: token, headers: [("X-Tenant-ID", acme.id.description)], peer: Self.proxy)
        try named.expectProblem(404, "tenant-not-found")
        #expect(service.server.catalog.events.isEmpty)
    }

    @Test("without the claim as evidence a foreign token is still no way in")
    func noClaim() async throws {
        let service = try await Service([.host, .idHeader])
        let (acme, globex) = (service.server.acme, service.server.globex)
        let right = try await service.send("acme.example.com", token: service.server.token(acme))
        #expect(right.text == "acme ro")
        try await service.send("acme.example.com", token: service.server.token(globex))
            .expectProblem(401, "token-invalid")
        // Made for acme's host, with the claim of globex: nothing issues such a token, and nothing takes it.
        let odd = try service.server.tokens.issue(.member(.random(), .admin, globex.id), audience: "acme.example.com")
        try await service.send("acme.example.com", token: odd.token).expectProblem(401, "token-invalid")
    }

    @Test("without any source nobody is found")
    func nothing() async throws {
        let service = try await Service([])
        try await service.send("acme.example.com", token: service.server.token(service.server.acme))
            .expectProblem(404, "tenant-not-found")
    }

    // MARK: Token only

    @Test("one host for all tenants: the token alone names the tenant", arguments: [true, false])
    func claimOnly(isShared: Bool) async throws {
        let service =
            isShared
            ? try await Service(.standard, shared: ["api.example.com"]) : try await Service(.claimOnly)
        let server = service.server
        for tenant in [server.acme, server.globex] {
            let answer = try await service.send("API.example.com:443", token: server.token(tenant))
            #expect(answer.text == "\(tenant.subdomain) ro")
        }
        try await service.send("api.example.com").expectProblem(401, "token-required")
        try await service.send("api.example.com", token: "a.b.c").expectProblem(401, "token-invalid")
        try await service.send("api.example.com", token: server.adminToken()).expectProblem(401, "token-invalid")
        let gone = try server.tokens.issue(.member(.random(), .admin, .random()), audience: "gone.example.com").token
        try await service.send("api.example.com", token: gone).expectProblem(404, "tenant-not-found")
        server.catalog.setStatus(.deleted, of: server.acme.id)
        try await service.send("api.example.com", token: server.token(server.acme))
            .expectProblem(404, "tenant-not-found")
        server.catalog.setStatus(.suspended, of: server.globex.id)
        try await service.send("api.example.com", token: server.token(server.globex))
            .expectProblem(403, "tenant-suspended")
        #expect(server.catalog.events.isEmpty)
    }

    @Test("a token for one host of ours that claims another tenant is an alarm there too")
    func claimOnlyAudience() async throws {
        let service = try await Service(.claimOnly)
        let odd = try service.server.tokens.issue(
            .member(.random(), .admin, service.server.acme.id), audience: "globex.example.com")
        try await service.send("api.example.com", token: odd.token).expectProblem(403, "tenant-mismatch")
        #expect(service.server.catalog.events.map { $0.details["evidence"] } == ["audience"])
    }

    @Test("on a shared host a trusted header names the tenant, and the token must agree")
    func sharedWithHeader() async throws {
        let service = try await Service(.standard, shared: ["api.example.com"])
        let (acme, globex) = (service.server.acme, service.server.globex)
        let header = [("X-Tenant-Subdomain", "acme")]
        let answer = try await service.send(
            "api.example.com", token: service.server.token(acme), headers: header, peer: Self.proxy)
        #expect(answer.text == "acme ro")
        try await service.send(
            "api.example.com", token: service.server.token(globex), headers: header, peer: Self.proxy
        ).expectProblem(403, "tenant-mismatch")
        // From a stranger the header is nothing, so the token alone speaks.
        let stranger = try await service.send(
            "api.example.com", token: service.server.token(globex), headers: header, peer: "192.0.2.1")
        #expect(stranger.text == "globex ro")
    }

    @Test("a shared host makes no other host shared")
    func notShared() async throws {
        let service = try await Service(.standard, shared: ["api.example.com"])
        let token = try service.server.token(service.server.acme)
        for host in ["api2.example.com", "evil.tld", "x.api.example.com", "example.com", "admin.example.com"] {
            try await service.send(host, token: token).expectProblem(404, "tenant-not-found")
        }
        try await service.send("globex.example.com", token: token).expectProblem(403, "tenant-mismatch")
    }

    // MARK: An application's own

    @Test("a source of the application's own counts like the host")
    func ownSource() async throws {
        let service = try await Service([.claim, .host, .custom(PathSource())])
        let (acme, globex) = (service.server.acme, service.server.globex)
        let token = try service.server.token(acme)
        let answer = try await service.send("app.internal", token: token, path: "/t/acme/x")
        #expect(answer.text == "acme ro")
        try await service.send("app.internal", token: token, path: "/t/globex/x")
            .expectProblem(403, "tenant-mismatch")
        try await service.send("acme.example.com", token: token, path: "/t/globex/x")
            .expectProblem(403, "tenant-mismatch")
        #expect(service.server.catalog.events.map(\.tenant) == [globex.id, acme.id])
        #expect(service.server.catalog.events.map { $0.details["evidence"] } == ["token", "path"])
        try await service.send("app.internal", token: token, path: "/t/nobody/x")
            .expectProblem(404, "tenant-not-found")
        try await service.send("app.internal", token: token, path: "/t/-/x").expectProblem(400, "bad-request")
        try await service.send("app.internal", token: token, path: "/x").expectProblem(404, "tenant-not-found")
    }

    // MARK: Status, deadline, faults of the application

    @Test("in a read-only tenant what the application says stays open, and OPTIONS is no write")
    func staysOpen() async throws {
        let service = try await Service(.standard) { request, _ in request.uri.path == "/sign-in" }
        let server = service.server
        server.catalog.setStatus(.readOnly, of: server.acme.id)
        let token = try server.token(server.acme)
        func send(_ method: HTTPRequest.Method, _ path: String) async throws -> Answer {
            try await service.send("acme.example.com", token: token, path: path, method: method)
        }
        #expect(try await send(.post, "/sign-in").text == "acme rw")
        #expect(try await send(.get, "/x").text == "acme ro")
        #expect(try await send(.options, "/x").text == "acme ro")
        try await send(.post, "/x").expectProblem(403, "tenant-read-only")
        try await send(.post, "/sign-in/x").expectProblem(403, "tenant-read-only")
    }

    @Test("a deadline that has passed is 503, before anything is done for the tenant")
    func deadline() async throws {
        let service = try await Service(.standard, limits: RequestLimits(bodySize: 1, duration: .zero))
        let answer = try await service.send(
            "acme.example.com", token: service.server.token(service.server.acme))
        try answer.expectProblem(503, "deadline-exceeded")
    }

    @Test("without an envelope nothing is served, and the log says why")
    func noEnvelope() async throws {
        let service = try await Service(.standard, hasEnvelope: false)
        let answer = try await service.send(
            "acme.example.com", token: service.server.token(service.server.acme))
        #expect(answer.status == 500)
        #expect(service.server.log.lines.contains { $0.level == .critical })
        #expect(service.directory.loads.withLock { $0 }.isEmpty)
    }
}
