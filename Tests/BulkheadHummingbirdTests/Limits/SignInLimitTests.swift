import BulkheadHummingbird
import HTTPTypes
import Identity
import Synchronization
import Tenancy
import Testing

@Suite("Limits of attempts to sign in")
struct SignInLimitTests {
    let limits: TestLimits
    let server: TestServer

    init() async throws {
        var limits = TestLimits()
        // What is at stake here is not the number of requests.
        let plenty = RateLimit(perSecond: 1, burst: 100_000)
        limits.tenant = plenty
        limits.address = plenty
        limits.stranger = plenty
        self.limits = limits
        self.server = try await TestServer(limits: limits)
        let hash = try await self.server.hasher.hash(TestServer.password)
        for name in ["ann", "bob"] {
            _ = try self.server.catalog.addMember("\(name)@acme.test", .admin, of: self.server.acme.id, hash: hash)
        }
    }

    private func signIn(
        _ email: String, _ password: String = "wrong", from peer: String, host: String = "acme.example.com"
    )
        async throws -> Answer
    {
        let path = host.hasPrefix("admin.") ? "/api/admin/sessions" : "/api/tenant/sessions"
        return try await self.server.send(
            .post, path, host: host, json: #"{"email":"\#(email)","password":"\#(password)"}"#, peer: peer)
    }

    private var limited: [AuditEvent] { self.server.catalog.events.filter { $0.action == "signIn.limited" } }

    @Test(arguments: [
        ("ann@acme.test", "acme.example.com"), ("nobody@acme.test", "acme.example.com"),
        ("no address", "acme.example.com"),
        ("root@example.com", "admin.example.com"), ("nobody@example.com", "admin.example.com"),
    ])
    func `One account from a thousand addresses: a few guesses, then longer and longer pauses, known or not`(
        _ email: String, _ host: String
    ) async throws {
        var statuses: [Int] = []
        var last: Answer?
        for number in 0..<1_000 {
            let answer = try await self.signIn(email, from: "10.\(number / 250).\(number % 250).1", host: host)
            statuses.append(answer.status)
            last = answer
        }
        #expect(statuses.count { $0 == 401 } == 6)
        #expect(statuses.dropFirst(6).allSatisfy { $0 == 429 })
        let answer = try #require(last)
        try answer.expectProblem(429, "too-many-requests")
        #expect(answer["retry-after"] == "1")
        #expect(try answer.json["violated-policies"] as? [String] == ["account"])
        #expect(self.limited.count == 1)
        #expect(
            self.limited.first?.details["account"] == "unknown" || email.hasPrefix("ann") || email.hasPrefix("root"))
        #expect(!"\(self.limited)".contains(email))
        // Other accounts are not held up by it.
        #expect(try await self.signIn("bob@acme.test", TestServer.password, from: "10.9.9.9").status == 200)
        var pauses: [String] = []
        for _ in 0..<4 {
            self.limits.clock.advance(Int64(pauses.last ?? "1") ?? 1)
            #expect(try await self.signIn(email, from: "10.9.9.9", host: host).status == 401)
            pauses.append(try await self.signIn(email, from: "10.9.9.9", host: host)["retry-after"] ?? "")
        }
        #expect(pauses == ["2", "4", "8", "16"])
        #expect(self.limited.count == 1)
    }

    @Test func `A thousand accounts from one address: fifty guesses, then one every three seconds`() async throws {
        var statuses: [Int] = []
        for number in 0..<1_000 {
            statuses.append(try await self.signIn("user\(number)@acme.test", from: "192.0.2.1").status)
        }
        #expect(statuses.prefix(50).allSatisfy { $0 == 401 })
        #expect(statuses.dropFirst(50).allSatisfy { $0 == 429 })
        let refused = try await self.signIn("ann@acme.test", TestServer.password, from: "192.0.2.1")
        try refused.expectProblem(429, "too-many-requests")
        #expect(refused["retry-after"] == "3")
        #expect(try refused.json["violated-policies"] as? [String] == ["address"])
        #expect(self.limited.map { $0.details["address"] } == ["192.0.2.1"])
        // Whatever the tenant, the administrators' host included: it is one address.
        #expect(try await self.signIn("a@b.test", from: "192.0.2.1", host: "globex.example.com").status == 429)
        #expect(try await self.signIn("root@example.com", from: "192.0.2.1", host: "admin.example.com").status == 429)
        #expect(try await self.signIn("ann@acme.test", TestServer.password, from: "192.0.2.2").status == 200)
        self.limits.clock.advance(3)
        #expect(try await self.signIn("ann@acme.test", TestServer.password, from: "192.0.2.1").status == 200)
    }

    @Test func `All at one time are no more guesses than one after the other`() async throws {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { try await self.signIn("ann@acme.test", from: "10.0.\(number).1").status }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        // The hasher may be busy with some of the six.
        #expect(statuses.count { $0 != 429 } == 6)
    }

    @Test func `A success clears the account's count, and strangers lock nobody out of a known place`() async throws {
        for _ in 0..<4 { #expect(try await self.signIn("ann@acme.test", from: "192.0.2.7").status == 401) }
        #expect(try await self.signIn("ann@acme.test", TestServer.password, from: "192.0.2.7").status == 200)
        for number in 0..<20 { _ = try await self.signIn("ann@acme.test", from: "10.0.0.\(number)") }
        #expect(try await self.signIn("ann@acme.test", from: "10.0.0.1").status == 429)
        // At home she can mistype a few times, and sign in.
        for _ in 0..<3 { #expect(try await self.signIn("ann@acme.test", from: "192.0.2.7").status == 401) }
        #expect(try await self.signIn("ann@acme.test", TestServer.password, from: "192.0.2.7").status == 200)
        // Her home address is nobody else's advantage, and hers at no other account.
        #expect(try await self.signIn("ann@acme.test", from: "10.0.0.1").status == 429)
    }

    @Test func `Upper case is the same account, another tenant's member is not`() async throws {
        for _ in 0..<6 { _ = try await self.signIn("ANN@acme.test", from: "192.0.2.1") }
        #expect(try await self.signIn("ann@ACME.test", from: "192.0.2.2").status == 429)
        #expect(try await self.signIn("ann@acme.test", from: "192.0.2.2", host: "globex.example.com").status == 401)
    }

    @Test func `A refusal stays one when the audit trail cannot be written`() async throws {
        struct Broken: Error {}
        self.server.catalog.state.withLock { $0.auditFailure = Broken() }
        for _ in 0..<6 { #expect(try await self.signIn("ann@acme.test", from: "192.0.2.1").status == 401) }
        #expect(try await self.signIn("ann@acme.test", from: "192.0.2.1").status == 429)
    }

    @Test func `Activation links are tried out no faster`() async throws {
        var statuses: [Int] = []
        for _ in 0..<40 {
            statuses.append(
                try await self.server.send(
                    .post, "/api/tenant/activations", json: #"{"token":"x","password":"a long enough password"}"#,
                    peer: "192.0.2.1"
                ).status)
        }
        #expect(statuses.prefix(30).allSatisfy { $0 == 410 })
        #expect(statuses.dropFirst(30).allSatisfy { $0 == 429 })
    }
}
