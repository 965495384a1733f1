import Foundation
import LocalServers
import Logging
import RedisTestSupport
import TestSupport
import Testing

/// How soon two servers on one database know of what happens to a tenant.
@Suite struct SuspensionTests {
    /// With whatever is there to tell them.
    private static let atOnce = Duration.seconds(1)
    /// Whatever is dead.
    private static let atLast = Duration.seconds(30)

    @Test(.timeLimit(.minutes(3))) func byTheDatabaseAlone() async throws {
        try await Deployment.use { deployment in
            let pair = try await ServerPair.start(deployment)
            try await pair.findNewTenant("acme")
            try await pair.restrictAndResume("acme", within: Self.atOnce)
            // Whoever changes the catalog by hand is heard too.
            try await deployment.cluster.execute(
                "UPDATE public.tenants SET status = 'suspended' WHERE subdomain = 'acme'", database: "app")
            try await pair.waitUntilAll("acme", answer: 403, within: Self.atOnce)
            try await pair.stop()
        }
    }

    @Test(.timeLimit(.minutes(5))) func byRedisAloneAndByNothing() async throws {
        try await RedisServer.use { redis in
            try await Deployment.use(["REDIS_URL": redis.url()]) { deployment in
                try await deployment.throughPooler { url in
                    // Through a pooler LISTEN is accepted, and nothing arrives.
                    let pair = try await ServerPair.start(deployment, ["DATABASE_DIRECT_URL": url])
                    try await eventually(within: .seconds(20)) {
                        let readiness = try await pair.first.readiness()
                        return readiness.status == 200 && readiness.text.contains("nothing that is sent arrives")
                    }
                    try await pair.findNewTenant("acme")
                    try await pair.restrictAndResume("acme", within: Self.atOnce)

                    try await redis.stop()
                    try await pair.restrictAndResume("acme", within: Self.atLast)
                    try await pair.findNewTenant("globex")
                    let readiness = try await pair.second.readiness()
                    #expect(readiness.status == 200 && readiness.text.contains("not available"))

                    try await redis.startAgain()
                    try await eventually(within: .seconds(20)) {
                        try await !pair.second.readiness().text.contains("not available")
                    }
                    try await pair.findNewTenant("initech")
                    try await pair.restrictAndResume("globex", within: Self.atLast)
                    try await pair.stop()
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func aHungRedisHoldsNobodyUp() async throws {
        try await RedisServer.use { redis in
            try await Deployment.use(["REDIS_URL": redis.url()]) { deployment in
                let pair = try await ServerPair.start(deployment)
                try await pair.findNewTenant("acme")
                try await redis.pause()
                for _ in 0..<20 {
                    let start = ContinuousClock.now
                    #expect(try await pair.status("acme", at: pair.second) != 503)
                    #expect(start.duration(to: .now) < .seconds(1))
                }
                try await pair.restrictAndResume("acme", within: Self.atOnce)
                redis.resume()
                try await pair.restrictAndResume("acme", within: Self.atOnce)
                try await pair.stop()
            }
        }
    }
}

/// Two servers on one database, of which the first is told what to do.
private struct ServerPair {
    let first: RunningServer
    let second: RunningServer
    private let admin: AdminCaller

    static func start(_ deployment: Deployment, _ settings: [String: String] = [:]) async throws -> ServerPair {
        let first = try await deployment.serve("all", settings)
        let second = try await deployment.serve("api", settings)
        return ServerPair(first: first, second: second, admin: try await deployment.signIn(first))
    }

    func stop() async throws {
        #expect(try await self.first.terminate() == .exited(0))
        #expect(try await self.second.terminate() == .exited(0))
    }

    /// What a stranger is told who comes to a tenant: 401 if it is served.
    func status(_ subdomain: String, at server: RunningServer) async throws -> Int {
        try await HTTPCaller(port: server.port).send(
            "/api/tenant/clients", host: "\(subdomain).\(Deployment.domain)"
        ).status
    }

    /// Asks both for a tenant that is not there, makes it, and asks again.
    func findNewTenant(_ subdomain: String) async throws {
        for server in [self.first, self.second] {
            for _ in 0..<3 { #expect(try await self.status(subdomain, at: server) == 404) }
        }
        let made = try await self.admin.begin(subdomain, headers: ["Prefer": "wait=60"])
        try #require(made.status == 201, "\(made.testDescription)")
        try await self.waitUntilAll(subdomain, answer: 401, within: .seconds(1))
    }

    /// Suspends a tenant and lifts it again, and sees how long it takes until both servers know.
    func restrictAndResume(_ subdomain: String, within limit: Duration) async throws {
        let page = try await self.admin.send("/api/admin/tenants?limit=200")
        let tenants = try page.decoded(TenantPage.self).data
        let id = try #require(tenants.first { $0.subdomain == subdomain }?.id)
        for (verb, answer) in [("suspend", 403), ("resume", 401)] {
            let done = try await self.admin.send("/api/admin/tenants/\(id)/\(verb)", json: [:])
            try #require(done.status == 200, "\(done.testDescription)")
            try await self.waitUntilAll(subdomain, answer: answer, within: limit)
        }
    }

    /// Asks both all the time until both answer so.
    func waitUntilAll(
        _ subdomain: String, answer: Int, within limit: Duration, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for server in [self.first, self.second] {
            try await eventually(within: limit, sourceLocation: sourceLocation) {
                try await self.status(subdomain, at: server) == answer
            }
        }
    }

    private struct TenantPage: Decodable {
        let data: [HTTPCaller.Tenant]
    }
}

extension Deployment {
    /// Lends a way to the catalog through PgBouncer.
    fileprivate func throughPooler(_ body: (String) async throws -> Void) async throws {
        let url = try #require(URLComponents(string: self.controlURL))
        let (user, password) = (try #require(url.user), try #require(url.password))
        let pooler = try await LocalPgBouncer.start(
            in: TestPostgres.temporaryFolder(), upstream: self.cluster, users: [user: password],
            logger: Logger(label: "test.pgbouncer"))
        do {
            try await body(pooler.uri(user: user, password: password, database: "app"))
        } catch {
            try await pooler.stop()
            throw error
        }
        try await pooler.stop()
    }
}
