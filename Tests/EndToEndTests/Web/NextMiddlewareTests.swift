import Foundation
import RedisTestSupport
import TestSupport
import Testing

/// The middleware for Next.js applications, on Node.js; needs Debian's nodejs, node-typescript and node-redis.
///
/// One after the other: both build the package in its own folder.
@Suite(.serialized) struct NextMiddlewareTests {
    private struct SeededTenant: Encodable {
        let id: String
        let name: String
        let subdomain: String
    }

    private static let token = "a-service-token-of-this-test-0123456789"
    private static let names = [
        "acme": "Müller & Söhne 🏢", "globex": "Globex, \"Inc.\"", "initech": "Initech", "umbrella": "傘",
    ]

    @Test(.timeLimit(.minutes(4))) func decidesAsItShould() async throws {
        let report = try await NodeTests("unit").report()
        #expect(report.passed(atLeast: 71), "\(report.testDescription)")
    }

    @Test(.timeLimit(.minutes(6))) func findsTheTenantsOfARunningServer() async throws {
        try await Deployment.use(["EDGE_TOKEN": Self.token]) { deployment in
            let server = try await deployment.serve()
            let admin = try await deployment.signIn(server)
            let tenants = try await self.seed(admin)
            let orders = deployment.folder.appendingPathComponent("orders")
            try FileManager.default.createDirectory(at: orders, withIntermediateDirectories: true)
            let report = try await RedisServer.use { redis in
                let tests = try NodeTests(
                    "servers",
                    environment: [
                        "BULKHEAD_TEST_ENDPOINT": "http://127.0.0.1:\(server.port)", "BULKHEAD_TEST_TOKEN": Self.token,
                        "BULKHEAD_TEST_BASE_DOMAIN": Deployment.domain, "BULKHEAD_TEST_REDIS_URL": redis.url(),
                        "BULKHEAD_TEST_TENANTS": String(
                            decoding: try JSONEncoder().encode(tenants), as: UTF8.self),
                        "BULKHEAD_TEST_ORDERS": orders.path,
                    ])
                let clerk = ServerOrders(
                    folder: orders, redis: redis, bulkhead: server, admin: admin,
                    tenants: Dictionary(uniqueKeysWithValues: tenants.map { ($0.subdomain, $0.id) }))
                while tests.isRunning {
                    try await clerk.serve()
                    // Nothing tells when another program has written a file: look again.
                    try await Task.sleep(for: .milliseconds(20))
                }
                return await tests.report()
            }
            #expect(report.passed(atLeast: 16), "\(report.testDescription)")
        }
    }

    private func seed(_ admin: AdminCaller) async throws -> [SeededTenant] {
        var tenants: [SeededTenant] = []
        for (subdomain, name) in Self.names {
            let answer = try await admin.send(
                "/api/admin/tenants", headers: ["Prefer": "wait=30"],
                json: [
                    "name": name, "subdomain": subdomain, "tier": "standard", "adminEmail": "ada@\(subdomain).example",
                ])
            try #require(answer.status == 201, "\(answer.testDescription)")
            let tenant = try answer.decoded(HTTPCaller.Tenant.self)
            tenants.append(SeededTenant(id: tenant.id, name: name, subdomain: tenant.subdomain))
        }
        return tenants
    }
}
