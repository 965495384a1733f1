import Foundation
import Postgres
import RedisTestSupport
import TestSupport
import Testing

/// Limits of two servers on one Redis, and of each when it is gone.
@Suite struct SharedLimitsTests {
    private static let tenant = "acme.\(Deployment.domain)"
    private static let password = "a password for tests only"

    /// Two servers, a tenant whose members may make twenty requests and then almost none, and its administrator's token.
    private struct Trial: Sendable {
        let deployment: Deployment
        let redis: RedisServer
        let servers: [RunningServer]
        let callers: [HTTPCaller]
        let token: String

        static func use(_ body: (Trial) async throws -> Void) async throws {
            try await RedisServer.use { redis in
                // A busy machine makes Redis look slow, and then each server counts for itself.
                let settings = ["RATE_LIMITS": "on", "REDIS_URL": redis.url(), "REDIS_LIMIT_MILLISECONDS": "1000"]
                try await Deployment.use(settings) { deployment in
                    try await Self.lowerLimits(of: deployment)
                    let servers = [try await deployment.serve(), try await deployment.serve("api")]
                    let callers = servers.map { HTTPCaller(port: $0.port) }
                    let admin = try await deployment.signIn(servers[0])
                    try await body(
                        Trial(
                            deployment: deployment, redis: redis, servers: servers, callers: callers,
                            token: try await Self.makeTenant(admin, callers[0])))
                }
            }
        }

        private static func lowerLimits(of deployment: Deployment) async throws {
            try await deployment.asSuperuser { client in
                let limit = #"{"perSecond":0.001,"burst":20}"#
                _ = try await client.query(
                    """
                    UPDATE public.system_config SET value = (value::jsonb || jsonb_build_object('memberRequests', \(limit)::jsonb))
                    WHERE key = 'tier.standard'
                    """)
            }
        }

        private static func makeTenant(_ admin: AdminCaller, _ caller: HTTPCaller) async throws
            -> String
        {
            let created = try await admin.begin("acme", headers: ["Prefer": "wait=30"])
            try #require(created.status == 201, "\(created.testDescription)")
            let id = try created.decoded(HTTPCaller.Tenant.self).id
            let link = try await admin.send("/api/admin/tenants/\(id)/activation-links", method: "POST")
            let secret = try #require(
                try link.decoded(HTTPCaller.Link.self).url.split(separator: "=").last)
            let activated = try await caller.send(
                "/api/tenant/activations", host: SharedLimitsTests.tenant,
                json: ["token": "\(secret)", "password": SharedLimitsTests.password])
            try #require(activated.status == 200, "\(activated.testDescription)")
            let session = try await caller.send(
                "/api/tenant/sessions", host: SharedLimitsTests.tenant,
                json: ["email": "acme@mail.example", "password": SharedLimitsTests.password])
            return try session.decoded(HTTPCaller.Session.self).accessToken
        }

        func clients(_ server: Int) async throws -> HTTPCaller.Answer {
            try await self.callers[server].send(
                "/api/tenant/clients", host: SharedLimitsTests.tenant, token: self.token)
        }

        func guess(_ server: Int, _ email: String) async throws -> HTTPCaller.Answer {
            try await self.callers[server].send(
                "/api/tenant/sessions", host: SharedLimitsTests.tenant,
                json: ["email": email, "password": "wrong"])
        }
    }

    @Test(.timeLimit(.minutes(4))) func twoServersShareLimitsAndEachKeepsThemWithoutRedis()
        async throws
    {
        try await Trial.use { trial in
            try await self.expectOneBudget(trial)
            try await self.expectOneCountOfGuesses(trial)
            // Watchers are never limited.
            for _ in 0..<150 {
                // A machine that is busy may well make a server unready.
                let status = try await trial.servers[0].readiness().status
                #expect(status == 200 || status == 503)
            }
            try await self.expectLimitsWithoutRedis(trial)
        }
    }

    private func expectOneBudget(_ trial: Trial) async throws {
        var statuses: [Int] = []
        for round in 0..<30 { statuses.append(try await trial.clients(round % 2).status) }
        #expect(statuses.prefix(20).allSatisfy { $0 == 200 }, "\(statuses)")
        #expect(statuses.dropFirst(20).allSatisfy { $0 == 429 }, "\(statuses)")
        for server in 0...1 {
            let refused = try await trial.clients(server)
            #expect(refused.headers["ratelimit"]?.hasPrefix(#""member";r=0;t="#) == true)
            #expect(Int(refused.headers["retry-after"] ?? "") ?? 0 > 1)
            #expect(try refused.decoded(HTTPCaller.Problem.self).type.hasSuffix("/too-many-requests"))
        }
    }

    private func expectOneCountOfGuesses(_ trial: Trial) async throws {
        for email in ["victim@mail.example", "nobody@mail.example"] {
            var statuses: [Int] = []
            for round in 0..<12 { statuses.append(try await trial.guess(round % 2, email).status) }
            // Five are free, then one pause follows the other; a slow machine may have waited one out.
            #expect(statuses.prefix(6).allSatisfy { $0 == 401 }, "\(statuses)")
            #expect(statuses.count { $0 == 401 } <= 8, "\(statuses)")
            #expect(statuses.contains(429), "\(statuses)")
        }
        try await trial.deployment.asSuperuser { client in
            let begun = try await client.number(
                "SELECT count(*)::int FROM bulkhead.audit_log WHERE action = 'signIn.limited'")
            #expect(begun == 2)
            let known = try await client.number(
                "SELECT count(*)::int FROM bulkhead.audit_log WHERE details::text LIKE '%victim%'")
            #expect(known == 0)
        }
    }

    private func expectLimitsWithoutRedis(_ trial: Trial) async throws {
        try await trial.redis.stop()
        var statuses: [Int] = []
        for round in 0..<40 { statuses.append(try await trial.clients(round % 2).status) }
        // Each has let in some ten by now, and goes on to twenty of its own.
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 429 }, "\(statuses)")
        #expect(statuses.count { $0 == 200 } <= 22, "\(statuses)")
        #expect(statuses.suffix(10).allSatisfy { $0 == 429 }, "\(statuses)")
        try await trial.redis.startAgain()
        try await eventually(within: .seconds(30)) {
            _ = try await trial.guess(0, "another@mail.example")
            return try trial.servers[0].log.contains("Counts are shared through Redis again")
        }
        // Ten were let in by this server while Redis counted; with what it lets in alone it gets no further than twenty,
        // although Redis has forgotten everything.
        var more = statuses.indices.count { $0 % 2 == 0 && statuses[$0] == 200 }
        while try await trial.clients(0).status == 200 { more += 1 }
        #expect(more <= 10, "\(statuses)")
    }
}
