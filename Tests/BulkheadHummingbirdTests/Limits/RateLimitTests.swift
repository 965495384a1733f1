import BulkheadHummingbird
import HTTPTypes
import Tenancy
import Testing

@Suite("Limits of requests over HTTP")
struct RateLimitTests {
    static let path = "/api/tenant/clients"

    private func server(_ change: (inout TestLimits) -> Void = { _ in }, trusted: [String] = []) async throws
        -> (TestServer, TestLimits)
    {
        var limits = TestLimits()
        change(&limits)
        return (try await TestServer(trusted: trusted, limits: limits), limits)
    }

    @Test func `Every answer says what is left, and one too many is 429 until there is more`() async throws {
        let (server, limits) = try await self.server()
        let token = try server.token(server.acme, user: .random())
        for left in (0..<6).reversed() {
            let answer = try await server.send(.get, Self.path, token: token, peer: "192.0.2.1")
            #expect(answer.status == 200)
            #expect(
                answer["ratelimit-policy"]
                    == #""tenant";q=20;w=2, "member";q=6;w=3, "address";q=8;w=2"#)
            #expect(answer["ratelimit"] == #""member";r=\#(left);t=1"#)
            #expect(answer["retry-after"] == nil)
        }
        let calls = server.catalog.clientCalls
        let refused = try await server.send(.get, Self.path, token: token, peer: "192.0.2.1")
        try refused.expectProblem(429, "too-many-requests")
        #expect(refused["retry-after"] == "1")
        #expect(refused["ratelimit"] == #""member";r=0;t=1"#)
        #expect(refused["ratelimit-policy"] != nil)
        #expect(try refused.json["violated-policies"] as? [String] == ["member"])
        #expect(server.catalog.clientCalls == calls)
        limits.clock.advance(1)
        #expect(try await server.send(.get, Self.path, token: token, peer: "192.0.2.1").status == 200)
    }

    @Test func `A tenant at its limit costs another tenant nothing, and a member none of its colleagues`() async throws
    {
        let (server, _) = try await self.server { $0.address = RateLimit(perSecond: 100, burst: 1_000) }
        let ann = try server.token(server.acme, user: .random())
        func send(_ token: String, _ host: String = "acme.example.com") async throws -> Answer {
            try await server.send(.get, Self.path, host: host, token: token, peer: "192.0.2.1")
        }
        var statuses: [Int] = []
        for _ in 0..<1_000 { statuses.append(try await send(ann).status) }
        #expect(statuses.count { $0 == 200 } == 6)
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 429 })
        // Fourteen of the tenant's are left; the refused thousand took none.
        for _ in 0..<2 {
            let bob = try server.token(server.acme, user: .random())
            for _ in 0..<6 { #expect(try await send(bob).status == 200) }
        }
        let carol = try server.token(server.acme, user: .random())
        for _ in 0..<2 { #expect(try await send(carol).status == 200) }
        let last = try await send(carol)
        #expect(try last.json["violated-policies"] as? [String] == ["tenant"])
        let globex = try server.token(server.globex)
        for left in (0..<6).reversed() {
            let answer = try await send(globex, "globex.example.com")
            #expect(answer.status == 200)
            #expect(answer["ratelimit"] == #""member";r=\#(left);t=1"#)
        }
    }

    @Test func `Those who have not signed in are limited by address, and together to half of the tenant`() async throws
    {
        let (server, _) = try await self.server()
        func visit(_ peer: String) async throws -> Answer {
            try await server.send(.get, "/api/tenant/info", peer: peer)
        }
        for left in (0..<8).reversed() {
            let answer = try await visit("192.0.2.1")
            #expect(answer["ratelimit-policy"] == #""address";q=8;w=2"#)
            #expect(answer["ratelimit"] == #""address";r=\#(left);t=1"#)
        }
        #expect(try await visit("192.0.2.1").json["violated-policies"] as? [String] == ["address"])
        // All strangers together have ten.
        for _ in 0..<2 { #expect(try await visit("192.0.2.2").status != 429) }
        let refused = try await visit("192.0.2.3")
        #expect(try refused.json["violated-policies"] as? [String] == ["visitors"])
        // Members have the other ten.
        for _ in 0..<2 {
            let token = try server.token(server.acme, user: .random())
            for _ in 0..<5 {
                let answer = try await server.send(.get, Self.path, token: token, peer: "192.0.2.9")
                #expect(
                    answer.status == (answer["ratelimit"]?.hasPrefix("\"address\";r=0") == true ? answer.status : 200))
            }
        }
    }

    @Test func `A token that is no good makes nobody a member`() async throws {
        let (server, _) = try await self.server()
        for _ in 0..<8 {
            let answer = try await server.send(.get, Self.path, token: "x.y.z", peer: "192.0.2.1")
            try answer.expectProblem(401, "token-invalid")
        }
        let refused = try await server.send(.get, Self.path, token: "x.y.z", peer: "192.0.2.1")
        #expect(try refused.json["violated-policies"] as? [String] == ["address"])
    }

    @Test func `An IPv6 customer has one limit, however many addresses`() async throws {
        let (server, _) = try await self.server()
        var statuses: [Int] = []
        for number in 0..<9 {
            statuses.append(
                try await server.send(.get, "/api/tenant/info", peer: "2001:db8:1:2:\(number)::1").status)
        }
        #expect(statuses.last == 429 && !statuses.dropLast().contains(429))
        #expect(try await server.send(.get, "/api/tenant/info", peer: "2001:db8:1:3::1").status != 429)
    }

    @Test func `Names cannot be tried out without end, and a tenant is reached from there all the same`() async throws {
        let (server, limits) = try await self.server()
        for (number, host) in ["a1.example.com", "b2.example.com", "stranger.test"].enumerated() {
            let answer = try await server.send(.get, "/", host: host, peer: "192.0.2.1")
            try answer.expectProblem(404, "tenant-not-found")
            #expect(number < 3)
        }
        for host in ["c3.example.com", "stranger.test", "www.example.com"] {
            let refused = try await server.send(.get, "/", host: host, peer: "192.0.2.1")
            try refused.expectProblem(429, "too-many-requests")
            #expect(refused["retry-after"] == "1")
        }
        #expect(try await server.send(.get, "/api/tenant/info", peer: "192.0.2.1").status != 429)
        #expect(try await server.send(.get, "/", host: "c3.example.com", peer: "192.0.2.2").status == 404)
        limits.clock.advance(1)
        #expect(try await server.send(.get, "/", host: "c3.example.com", peer: "192.0.2.1").status == 404)
    }

    @Test func `A flood of names makes the catalog be asked no oftener than the limit says`() async throws {
        let (server, limits) = try await self.server { $0.isKnown = { $0.description == "acme" } }
        func scan(_ numbers: Range<Int>) async throws -> [Int] {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in numbers {
                    group.addTask {
                        try await server.send(.get, "/", host: "scan-\(number).example.com", peer: "192.0.2.1").status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let statuses = try await scan(0..<300)
        #expect(statuses.count { $0 == 404 } == 3)
        #expect(statuses.count { $0 == 429 } == 297)
        #expect(server.catalog.lookups == 3)
        // Who shares the address reaches a tenant that is known; others ask for what they like.
        let token = try server.token(server.acme)
        #expect(try await server.send(.get, Self.path, token: token, peer: "192.0.2.1").status == 200)
        #expect(try await server.send(.get, "/", host: "scan-1.example.com", peer: "192.0.2.2").status == 404)
        let before = server.catalog.lookups
        limits.clock.advance(2)
        #expect(try await scan(300..<400).count { $0 == 404 } == 2)
        #expect(server.catalog.lookups == before + 2)
    }

    @Test func `A tenant that is not known yet is found at no charge`() async throws {
        let (server, _) = try await self.server { $0.isKnown = { _ in false } }
        let token = try server.token(server.acme)
        for _ in 0..<6 {
            #expect(try await server.send(.get, Self.path, token: token, peer: "2001:db8:1:2::1").status == 200)
        }
        // Refused inside for another reason, it is found all the same.
        for _ in 0..<5 {
            try await server.send(.get, Self.path, host: "globex.example.com", peer: "2001:db8:1:2::1")
                .expectProblem(401, "token-required")
        }
        for number in 0..<4 {
            let answer = try await server.send(.get, "/", host: "name-\(number).example.com", peer: "2001:db8:1:2::1")
            #expect(answer.status == (number < 3 ? 404 : 429))
        }
    }

    @Test func `Knocking at tenants that are not served, or with another's token, counts as a stranger`() async throws {
        let (server, _) = try await self.server()
        server.catalog.setStatus(.suspended, of: server.globex.id)
        let token = try server.token(server.acme)
        try await server.send(.get, Self.path, host: "globex.example.com", token: token, peer: "192.0.2.1")
            .expectProblem(403, "tenant-mismatch")
        try await server.send(.get, "/", host: "globex.example.com", peer: "192.0.2.1")
            .expectProblem(403, "tenant-suspended")
        try await server.send(.get, "/api/admin/tenants", host: "admin.example.com", token: token, peer: "192.0.2.1")
            .expectProblem(403, "forbidden")
        for host in ["globex.example.com", "admin.example.com"] {
            try await server.send(.get, Self.path, host: host, token: token, peer: "192.0.2.1")
                .expectProblem(429, "too-many-requests")
        }
    }

    @Test func `Whoever has a whole site of IPv6 does not get a limit for each of its networks`() async throws {
        let (server, _) = try await self.server()
        var found = 0
        for number in 0..<100 {
            let answer = try await server.send(
                .get, "/", host: "a1.example.com", peer: "2001:db8:1:\(String(number, radix: 16))::1")
            if answer.status == 404 { found += 1 }
        }
        // Eight times what one network may do.
        #expect(found == 24)
        #expect(try await server.send(.get, "/", host: "a1.example.com", peer: "2001:db8:2::1").status == 404)
    }

    @Test func `Attempts to cross over do not flood the audit trail`() async throws {
        let server = try await TestServer()
        let (token, other) = (try server.token(server.acme), try server.token(server.acme))
        for _ in 0..<200 {
            try await server.send(.get, Self.path, host: "globex.example.com", token: token)
                .expectProblem(403, "tenant-mismatch")
        }
        #expect(server.catalog.events.count { $0.action == "isolation.violation" } == 20)
        // Another actor is another matter.
        _ = try await server.send(.get, Self.path, host: "globex.example.com", token: other)
        #expect(server.catalog.events.count { $0.action == "isolation.violation" } == 21)
    }

    @Test func `Administrators have a limit each, strangers on the admin host one by address`() async throws {
        let (server, _) = try await self.server()
        func send(_ token: String?, _ peer: String) async throws -> Answer {
            try await server.send(.get, "/api/admin/tenants", host: "admin.example.com", token: token, peer: peer)
        }
        let token = try server.adminToken()
        for left in (0..<4).reversed() {
            let answer = try await send(token, "192.0.2.1")
            #expect(answer.status == 200)
            #expect(answer["ratelimit"] == #""administrator";r=\#(left);t=1"#)
            #expect(answer["ratelimit-policy"] == #""administrator";q=4;w=4"#)
        }
        try await send(token, "192.0.2.77").expectProblem(429, "too-many-requests")
        for _ in 0..<3 { #expect(try await send(nil, "192.0.2.1").status == 401) }
        try await send(nil, "192.0.2.1").expectProblem(429, "too-many-requests")
        #expect(try await send(nil, "192.0.2.2").status == 401)
    }

    @Test func `Front ends that know the secret ask as often as they like, others do not`() async throws {
        let secret = "a service token of at least 32 characters".replacing(" ", with: "-")
        let server = try await TestServer(edgeToken: secret, limits: TestLimits())
        func ask(_ token: String) async throws -> Int {
            try await server.send(
                .get, "/api/edge/tenants?host=nobody.example.com", host: "api.internal", token: token, peer: "192.0.2.1"
            ).status
        }
        for _ in 0..<50 { #expect(try await ask(secret) == 404) }
        var statuses: [Int] = []
        for _ in 0..<5 { statuses.append(try await ask("wrong")) }
        #expect(statuses == [401, 401, 401, 429, 429])
    }

    @Test func `Observing counts and tells, and refuses nothing; off does nothing`() async throws {
        let (observing, _) = try await self.server { $0.mode = .observe }
        let token = try observing.token(observing.acme, user: .random())
        var last: Answer?
        for _ in 0..<30 {
            let answer = try await observing.send(.get, Self.path, token: token, peer: "192.0.2.1")
            #expect(answer.status == 200)
            last = answer
        }
        #expect(last?["ratelimit"] == #""member";r=0;t=1"#)
        for _ in 0..<10 { #expect(try await observing.send(.get, "/", host: "x1.example.com").status == 404) }
        let (off, _) = try await self.server { $0.mode = .off }
        for _ in 0..<30 {
            let answer = try await off.send(.get, Self.path, token: try off.token(off.acme), peer: "192.0.2.1")
            #expect(answer.status == 200 && answer["ratelimit"] == nil && answer["ratelimit-policy"] == nil)
        }
    }

    @Test func `What a stranger writes into X-Forwarded-For gets him no bucket of his choice`() async throws {
        let (server, _) = try await self.server(trusted: ["10.0.0.0/8"])
        func visit(_ forwarded: String, peer: String) async throws -> Int {
            try await server.send(
                .get, "/api/tenant/info", headers: [("X-Forwarded-For", forwarded)], peer: peer
            ).status
        }
        // Directly: the field counts for nothing.
        for number in 0..<8 { #expect(try await visit("203.0.113.\(number)", peer: "192.0.2.1") != 429) }
        #expect(try await visit("203.0.113.99", peer: "192.0.2.1") == 429)
        // Through a proxy: only what the proxy has appended counts.
        let (behind, _) = try await self.server(
            { $0.tenant = RateLimit(perSecond: 1, burst: 1_000) }, trusted: ["10.0.0.0/8"])
        func through(_ forwarded: String) async throws -> Int {
            try await behind.send(
                .get, "/api/tenant/info", headers: [("X-Forwarded-For", forwarded)], peer: "10.0.0.1"
            ).status
        }
        for number in 0..<8 { #expect(try await through("203.0.113.\(number), 192.0.2.1") != 429) }
        #expect(try await through("203.0.113.99, 192.0.2.1") == 429)
        #expect(try await through("10.0.0.7, 192.0.2.1, 10.0.0.2") == 429)
        #expect(try await through("192.0.2.2") != 429)
    }
}
