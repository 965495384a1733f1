import DNSTestSupport
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Many names at once, and what becomes of them when somebody changes the zone, or the catalog, by hand.
@Suite struct ZoneKeeperTests {
    /// `GET /api/admin/dns`.
    private struct Reports: Decodable {
        struct Report: Decodable {
            let zone: String
            let provider: String
            let wanted: Int
            let changed: Int
            let failure: String?
            let findings: [Finding]
        }

        struct Finding: Decodable {
            let name: String
            let detail: String
        }

        let reconciliation: Report?
        let scan: Report?
    }

    private static let tenants = (0..<10).map { "crowd-\($0)" }
    /// What strangers put into the zone: at a name of nobody's, and at one of a tenant's.
    private static let theirs = ["stranger", "crowd-4"]

    @Test(.timeLimit(.minutes(3))) func zoneIsKeptAsTenantsWantIt() async throws {
        try await NamedTenants.use(["DNS_RECONCILE_SECONDS": "1"]) { deployment, dns in
            let servers = [try await deployment.serve(), try await deployment.serve()]
            let callers = [try await deployment.signIn(servers[0]), try await deployment.signIn(servers[1])]
            try await deployment.asSuperuser { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, subdomain) in Self.tenants.enumerated() {
                        group.addTask { _ = try await callers[index % 2].order(subdomain) }
                    }
                    try await group.waitForAll()
                }
                try await client.waitForWork()
                let findings = try await client.findings()
                for subdomain in Self.tenants { #expect(findings[subdomain] == .active.mails(""), "\(subdomain)") }
                #expect(try await dns.names() == client.names(of: Self.tenants))
                #expect(try await client.events("attemptFailed") == 0)

                try await Self.expectRepair(callers[0], client, dns)
                try await Self.expectRefusal(callers[0], client, dns)
            }
            for server in servers { #expect(try await server.terminate() == .exited(0)) }
        }
    }

    /// What is ours comes back, what is not is left alone and told of.
    private static func expectRepair(
        _ caller: AdminCaller, _ client: PostgresClient, _ dns: PowerDNSServer
    ) async throws {
        let zone = Deployment.domain
        try await dns.putStranger("stranger")
        // Somebody takes the name of a tenant over: without the mark it is nobody's business of ours.
        try await dns.remove("_bulkhead.crowd-4.\(zone)", "TXT", zone: zone)
        try await dns.putStranger("crowd-4")
        try await dns.remove("crowd-1.\(zone)", "A", zone: zone)
        try await dns.putStranger("crowd-2", "192.0.2.8")
        try await dns.remove("crowd-3.\(zone)", "A", zone: zone)
        try await dns.remove("_bulkhead.crowd-3.\(zone)", "TXT", zone: zone)
        let expected = try await Self.expectedZone(client)
        try await eventually(within: .seconds(30)) { try await dns.names() == expected }
        #expect(try await dns.names() == expected)
        try await eventually(within: .seconds(30)) {
            try await Self.reports(caller).reconciliation?.findings.map(\.name) == ["crowd-4.\(zone)"]
        }
        let report = try #require(try await Self.reports(caller).reconciliation)
        #expect(report.zone == zone && report.provider == "PowerDNS" && report.wanted == Self.tenants.count)
        #expect(report.failure == nil)
        #expect(report.findings.first?.detail.contains("Bulkhead did not make") == true, "\(report.findings)")
        #expect(try await Self.reports(caller).scan != nil)
    }

    /// A catalog that suddenly wants hardly any names is not believed.
    private static func expectRefusal(
        _ caller: AdminCaller, _ client: PostgresClient, _ dns: PowerDNSServer
    ) async throws {
        let before = try await Self.expectedZone(client)
        _ = try await client.query("UPDATE bulkhead.dns_names SET wanted = false WHERE subdomain <> 'crowd-0'")
        try await eventually(within: .seconds(30)) {
            try await Self.reports(caller).reconciliation?.failure != nil
        }
        let failure = try await Self.reports(caller).reconciliation?.failure ?? ""
        #expect(failure.contains("8 of 9 names"), "\(failure)")
        #expect(try await dns.names() == before)
        // Nor does the next tenant's name open the way.
        _ = try await caller.order("late")
        try await client.wait(for: "late", toBe: "active")
        try await eventually(within: .seconds(30)) {
            try await Self.reports(caller).reconciliation?.failure?.contains("8 of 10 names") == true
        }
        #expect(try await dns.names() == before.merging(client.names(of: ["late"])) { $1 })
        _ = try await client.query("UPDATE bulkhead.dns_names SET wanted = true")
        try await eventually(within: .seconds(30)) { try await Self.reports(caller).reconciliation?.failure == nil }
        #expect(try await dns.names() == before.merging(client.names(of: ["late"])) { $1 })
    }

    /// The zone with the strangers' records in it.
    private static func expectedZone(_ client: PostgresClient) async throws -> [String: [String]] {
        var names = try await client.names(of: Self.tenants.filter { !Self.theirs.contains($0) })
        for label in Self.theirs { names["\(label).\(Deployment.domain) A"] = ["192.0.2.7"] }
        return names
    }

    private static func reports(_ caller: AdminCaller) async throws -> Reports {
        let answer = try await caller.send("/api/admin/dns")
        try #require(answer.status == 200, "\(answer.testDescription)")
        return try answer.decoded(Reports.self)
    }
}
