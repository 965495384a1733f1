import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A server that reaches tenants' rows through a written pooler, and tenants with rows of their own.
struct PoolerTrial: Sendable {
    private static let password = "a password for tests only"

    let deployment: Deployment
    let pooler: WrittenPooler
    let server: RunningServer
    let members: [TenantLoad.Member]

    /// Lends one; the server must live until the end, and end by itself when it is told to.
    ///
    /// - Parameters:
    ///   - options: more of the pooler's.
    ///   - settings: more of the server's, without the prefix.
    static func use(
        _ options: [String] = [], _ settings: [String: String] = [:], _ body: (PoolerTrial) async throws -> Void
    ) async throws {
        try await Deployment.use { deployment in
            try await WrittenPooler.use(deployment, WrittenPooler.superuser(deployment) + options) { pooler in
                let server = try await deployment.serve(
                    "all", try pooler.settings(deployment).merging(settings) { $1 })
                let admin = try await deployment.signIn(server)
                var members: [TenantLoad.Member] = []
                for subdomain in ["acme", "globex", "initech"] {
                    members.append(try await Self.makeMember(subdomain, admin, port: server.port))
                }
                try await body(
                    PoolerTrial(deployment: deployment, pooler: pooler, server: server, members: members))
                #expect(try await server.terminate() == .exited(0))
                for member in members { try await Self.expectOwnRows(member, deployment) }
            }
        }
    }

    /// Requests while `body` runs; afterwards, whether all answers were right ones.
    ///
    /// - Parameter body: is lent the load when it is running smoothly.
    func underLoad(workers: Int = 12, _ body: (TenantLoad) async throws -> Void) async throws {
        let load = TenantLoad(port: self.server.port, members: self.members)
        try await load.run(workers: workers) {
            try await eventually(within: .seconds(60)) { load.tally.streak >= 60 }
            try await body(load)
        }
        let tally = load.tally
        #expect(tally.wrongs.isEmpty, "\(tally.wrongs.count): \(tally.wrongs.prefix(5))")
        // A request has 30 s; the rest is a busy machine's.
        #expect(tally.slowest < .seconds(40), "\(tally.slowest)")
    }

    /// Waits until requests are told to come again.
    func expectRefusals(_ load: TenantLoad, atLeast count: Int = 5) async throws {
        let before = load.tally.unavailable
        try await eventually(within: .seconds(90)) { load.tally.unavailable >= before + count }
    }

    /// Waits until everybody is served again, again and again.
    func expectRecovery(_ load: TenantLoad) async throws {
        let start = ContinuousClock.now
        load.markFault()
        // Those that waited for the end of the fault may still be refused; whoever comes later is served.
        try await eventually(within: .seconds(60)) { load.tally.streak >= 60 }
        print(
            "served again after \(start.duration(to: .now)), \(load.tally.served) served, "
                + "\(load.tally.unavailable) told to come again, the slowest answer \(load.tally.slowest)")
    }

    private static func makeMember(_ subdomain: String, _ admin: AdminCaller, port: Int) async throws
        -> TenantLoad.Member
    {
        let caller = HTTPCaller(port: port)
        let host = "\(subdomain).\(Deployment.domain)"
        let created = try await admin.begin(subdomain, headers: ["Prefer": "wait=60"])
        try #require(created.status == 201, "\(created.testDescription)")
        let id = try created.decoded(HTTPCaller.Tenant.self).id
        let link = try await admin.send("/api/admin/tenants/\(id)/activation-links", method: "POST")
        let secret = try #require(try link.decoded(HTTPCaller.Link.self).url.split(separator: "=").last)
        let activated = try await caller.send(
            "/api/tenant/activations", host: host, json: ["token": "\(secret)", "password": Self.password])
        try #require(activated.status == 200, "\(activated.testDescription)")
        let session = try await caller.send(
            "/api/tenant/sessions", host: host,
            json: ["email": "\(subdomain)@mail.example", "password": Self.password])
        let token = try session.decoded(HTTPCaller.Session.self).accessToken
        for number in 0..<3 {
            let made = try await caller.send(
                "/api/tenant/clients", host: host, token: token, json: ["name": "\(subdomain) first \(number)"])
            try #require(made.status == 201, "\(made.testDescription)")
        }
        return TenantLoad.Member(tenantID: id, subdomain: subdomain, token: token)
    }

    /// In a tenant's schema are its own rows, those that were promised among them.
    private static func expectOwnRows(_ member: TenantLoad.Member, _ deployment: Deployment) async throws {
        let schema = "tenant_" + member.tenantID.filter { $0 != "-" }
        let counts = try await deployment.cluster.execute(
            """
            SELECT count(*) FILTER (WHERE name NOT LIKE '\(member.subdomain) %' OR tenant_id <> '\(member.tenantID)'),
                   count(*) >= 3
            FROM \(schema).clients
            """, database: "app")
        #expect(counts == "0|t", "\(member.subdomain)")
    }
}
