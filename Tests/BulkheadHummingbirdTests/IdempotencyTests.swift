import BulkheadHummingbird
import ControlPlane
import HTTPTypes
import Identity
import Synchronization
import Tenancy
import Testing
import Workflow

@Suite("Idempotency-Key")
struct IdempotencyTests {
    private func read(_ values: String...) throws -> String? {
        var headers = HTTPFields()
        for value in values { headers.append(HTTPField(name: .idempotencyKey, value: value)) }
        return try IdempotencyKeyField.read(from: headers)
    }

    @Test(
        "is read bare and as a structured string",
        arguments: [
            ("abc", "abc"), (#""abc""#, "abc"), ("  abc\t", "abc"), (#""a b""#, "a b"), (#""a\"b\\c""#, #"a"b\c"#),
            (#"a"b"#, #"a"b"#), ("a;b=c", "a;b=c"), (#""a,b""#, "a,b"),
            (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
        ])
    func wellFormed(value: String, key: String) throws {
        #expect(try self.read(value) == key)
    }

    @Test(
        "is refused if it is none",
        arguments: [
            "", " ", #""""#, #"""#, #""abc"#, #""abc"x"#, #""abc";p=1"#, #""a\x""#, #""a\"#, "a b", "a,b", "a, b",
            #""a", "b""#, "é", "\"é\"", "\"a\tb\"", String(repeating: "k", count: 256),
        ])
    func malformed(value: String) throws {
        let problem = #expect(throws: ProblemDetails.self) { try self.read(value) }
        #expect(problem?.status == .badRequest)
        #expect(problem?.detail.contains("Idempotency-Key") == true)
    }

    @Test("may be given once, and need not be given")
    func count() throws {
        #expect(try self.read() == nil)
        #expect(throws: ProblemDetails.idempotencyKeyMalformed) { try self.read("a", "a") }
    }

    private func create(
        _ server: TestServer, key: String, subdomain: String = "initech", query: String = "", prefer: String = "",
        token: String? = nil
    ) async throws -> Answer {
        try await server.admin(
            .post, AdminAPITests.path + query, headers: [("Idempotency-Key", key), ("Prefer", prefer)],
            json: AdminAPITests.input.replacing("\"Initech\",\"tier", with: "\"\(subdomain)\",\"tier"), token: token)
    }

    private func expectReplay(
        _ replay: Answer, of answer: Answer, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(replay.status == answer.status, sourceLocation: sourceLocation)
        #expect(replay.text == answer.text, sourceLocation: sourceLocation)
        #expect(replay["idempotency-replayed"] == "true", sourceLocation: sourceLocation)
        #expect(answer["idempotency-replayed"] == nil, sourceLocation: sourceLocation)
        for name in ["content-type", "location", "link"] {
            #expect(replay[name] == answer[name], "\(name)", sourceLocation: sourceLocation)
        }
    }

    @Test("gives the same answer again, in either form of the key, and makes nothing twice")
    func replay() async throws {
        let server = try await TestServer()
        let first = try await self.create(server, key: "k-1")
        #expect(first.status == 202)
        self.expectReplay(try await self.create(server, key: "\"k-1\""), of: first)
        #expect(server.catalog.state.withLock { $0.effects } == 1)
        #expect(try await self.create(server, key: "k-2", subdomain: "other").status == 202)
    }

    @Test("what somebody waited for is what is given again, to those who wait and to those who do not")
    func improved() async throws {
        let server = try await TestServer()
        let first = try await self.create(server, key: "k", prefer: "wait=5")
        #expect(first.status == 201)
        #expect(first["preference-applied"] == "wait=5")
        let waiting = try await self.create(server, key: "k", prefer: "wait=7")
        self.expectReplay(waiting, of: first)
        #expect(waiting["preference-applied"] == "wait=7")
        let again = try await self.create(server, key: "k")
        self.expectReplay(again, of: first)
        #expect(again["preference-applied"] == nil)
    }

    @Test("one that waited in vain is told what all are told")
    func waitedInVain() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.worksAtOnce = false }
        let first = try await self.create(server, key: "k", prefer: "wait=1")
        #expect(first.status == 202)
        self.expectReplay(try await self.create(server, key: "k"), of: first)
        self.expectReplay(try await self.create(server, key: "k", prefer: "wait=1"), of: first)
    }

    @Test("a repeated request waits as well, and its better answer is the answer from then on")
    func repeatedRequestWaits() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.worksAtOnce = false }
        #expect(try await self.create(server, key: "k").status == 202)
        async let first = self.create(server, key: "k", prefer: "wait=60")
        async let second = self.create(server, key: "k", prefer: "wait=60")
        try await eventually { server.catalog.journal.watchers == 2 }
        try await server.catalog.completeWork(about: "initech")
        let answers = try await [first, second, self.create(server, key: "k")]
        for answer in answers {
            #expect(answer.status == 201)
            #expect(answer["idempotency-replayed"] == "true")
            #expect(answer.text == answers[0].text)
        }
        #expect(try answers[0].string("status") == "active")
        #expect(server.catalog.state.withLock { $0.effects } == 1)
    }

    @Test("those who wait are told of a tenant that cannot be made, and the others then are too")
    func failed() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.worksAtOnce = false }
        _ = try await self.create(server, key: "k")
        let label = try #require(Subdomain(stored: "initech"))
        let tenant = try #require(try await server.catalog.tenant(label))
        let run = try await server.catalog.provisioning.run(about: tenant.id)
        server.catalog.complete(run.header.id, tenant.id, .failed)
        let told = try await self.create(server, key: "k", prefer: "wait=5")
        #expect(told.status == 202)
        #expect(try told.string("status") == "failed")
        #expect(try await self.create(server, key: "k").text == told.text)
    }

    @Test("belongs to one request: another body or query is 422")
    func reused() async throws {
        let server = try await TestServer()
        _ = try await self.create(server, key: "k")
        try await self.create(server, key: "k", subdomain: "other").expectProblem(422, "idempotency-key-reused")
        try await self.create(server, key: "k", query: "?x=1").expectProblem(422, "idempotency-key-reused")
        #expect(server.catalog.state.withLock { $0.effects } == 1)
    }

    @Test("belongs to one principal and one route")
    func scope() async throws {
        let server = try await TestServer()
        _ = try await self.create(server, key: "k")
        let other = try await server.catalog.create(
            email: try #require(EmailAddress("two@example.com")), name: "Two", passwordHash: "", by: .system("test"))
        let token = try server.tokens.issue(.admin(other.id), audience: server.hosts.adminAudience).token
        // Not a replay: an attempt of somebody else to take the name.
        try await self.create(server, key: "k", token: token).expectProblem(409, "subdomain-taken")
        for tenant in [server.acme, server.globex] {
            let answer = try await server.admin(
                .post, "\(AdminAPITests.path)/\(tenant.id)/provision", headers: [("Idempotency-Key", "k")])
            #expect(answer.status == 202)
            #expect(answer["idempotency-replayed"] == nil)
        }
        let names = server.catalog.state.withLock { Set($0.answers.keys) }
        #expect(names.contains("admin:\(server.admin.id) POST \(AdminAPITests.path) k"))
        #expect(names.contains("admin:\(server.admin.id) POST \(AdminAPITests.path)/\(server.acme.id)/provision k"))
    }

    @Test("a malformed key, or two, is 400 before anything is done")
    func refused() async throws {
        let server = try await TestServer()
        try await self.create(server, key: "a b").expectProblem(400, "bad-request")
        let twice = try await server.admin(
            .post, AdminAPITests.path, headers: [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
            json: AdminAPITests.input)
        try twice.expectProblem(400, "bad-request")
        #expect(try twice.string("detail")?.contains("Idempotency-Key") == true)
        #expect(server.catalog.state.withLock { $0.effects } == 0)
    }

    @Test("a refusal is not kept: the same key may be used with the corrected request")
    func refusalsAreNotKept() async throws {
        let server = try await TestServer()
        try await self.create(server, key: "k", subdomain: "acme").expectProblem(409, "subdomain-taken")
        try await self.create(server, key: "k", subdomain: "-").expectProblem(422, "validation-failed")
        #expect(try await self.create(server, key: "k").status == 202)
    }

    @Test("another request with the key that is still being answered is 409")
    func running() async throws {
        let server = try await TestServer()
        server.catalog.fail(with: DomainError.conflict("A request with this Idempotency-Key is still being answered."))
        try await self.create(server, key: "k").expectProblem(409, "conflict")
    }
}
