import DNSTestSupport
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A provider that is away, that does not know us, and that has somebody else's records where ours are to be.
@Suite struct ProviderFaultTests {
    @Test(.timeLimit(.minutes(3))) func providerThatIsAwayHoldsUpAndUndoesNothing() async throws {
        try await NamedTenants.use { deployment, dns in
            let server = try await deployment.serve()
            let caller = try await deployment.signIn(server)
            try await deployment.asSuperuser { client in
                try await dns.pause()
                let hung = try await caller.order("hung")
                try await Self.waitForFailure("dns", "hung", client)
                dns.resume()
                try await client.wait(for: "hung", toBe: "active")

                try await dns.stop()
                let dead = try await caller.order("dead")
                try await Self.waitForFailure("dns", "dead", client)
                try await dns.startAgain()
                try await client.wait(for: "dead", toBe: "active")
                #expect(try await dns.names() == client.names(of: ["hung", "dead"]))

                // Nobody is deleted while the name may be there, or be remembered.
                try await dns.pause()
                try await caller.end(hung)
                try await Self.waitForFailure("dnsRemoval", "hung", client)
                #expect(try await client.status("hung") == "deleting")
                dns.resume()
                try await client.wait(for: "hung", toBe: "deleted")
                #expect(try await dns.names() == client.names(of: ["dead"]))

                try await dns.stop()
                try await caller.end(dead)
                try await Self.waitForFailure("dnsRemoval", "dead", client)
                #expect(try await client.status("dead") == "deleting")
                try await dns.startAgain()
                try await eventually(within: .seconds(60)) {
                    try await client.count("attemptSucceeded", of: "dnsRemoval", "dead") == 1
                }
                // The name is gone, its time is not over, and nobody can say any more whether it is still gone.
                try await dns.stop()
                try await eventually(within: .seconds(60)) {
                    try await client.count("attemptFailed", of: "dnsExpiry", "dead") >= 2
                }
                #expect(try await client.status("dead") == "deleting")
                try await dns.startAgain()
                try await client.wait(for: "dead", toBe: "deleted")
                #expect(try await dns.names() == [:])
                #expect(try await client.ledger() == [])
                try await Self.expectFindings(["hung": .kept.mails(""), "dead": .kept.mails("")], client)
                for id in [hung, dead] { #expect(try await caller.provisioning(id).status == "completed") }
            }
            #expect(try await server.terminate() == .exited(0))
        }
    }

    @Test(.timeLimit(.minutes(3))) func wrongKeyAndForeignRecordsEndTheRunAtOnce() async throws {
        let wrong = "wrong-key-0815"
        try await NamedTenants.use { deployment, dns in
            try await deployment.asSuperuser { client in
                let stranger = try await deployment.serve("all", ["DNS_POWERDNS_API_KEY": wrong])
                let outside = try await deployment.signIn(stranger)
                let locked = try await outside.order("locked")
                try await client.wait(for: "locked", toBe: "failed")
                let view = try await outside.provisioning(locked)
                #expect(view.status == "compensated")
                #expect(view.reason?.contains("PowerDNS, zone \(Deployment.domain)") == true, "\(view.reason ?? "")")
                #expect(try await client.count("attemptFailed", of: "dns", "locked") == 1)
                let answers = try await [
                    outside.send("/api/admin/tenants/\(locked)/provisioning"), outside.send("/api/admin/dns"),
                    outside.send("/api/admin/tenants/\(locked)"),
                ]
                for answer in answers { #expect(!answer.text.contains(wrong)) }
                #expect(answers[1].text.contains("PowerDNS, zone \(Deployment.domain)"), "\(answers[1].text)")
                #expect(try await stranger.terminate() == .exited(0))
                #expect(try !stranger.log.contains(wrong))

                let server = try await deployment.serve()
                let caller = try await deployment.signIn(server)
                let again = try await caller.send("/api/admin/tenants/\(locked)/provision", method: "POST")
                #expect(again.status == 202, "\(again.testDescription)")
                try await client.wait(for: "locked", toBe: "active")
                try await Self.expectForeignRecord(caller, client, dns)
                #expect(try await client.orphans() == 0)
                #expect(try await server.terminate() == .exited(0))
                #expect(try !server.log.contains(PowerDNSServer.apiKey))
            }
        }
    }

    private static func expectForeignRecord(
        _ caller: AdminCaller, _ client: PostgresClient, _ dns: PowerDNSServer
    ) async throws {
        try await dns.putStranger("foreign")
        let theirs = ["foreign.\(Deployment.domain) A": ["192.0.2.7"]]
        let foreign = try await caller.order("foreign")
        try await client.wait(for: "foreign", toBe: "failed")
        let reason = try await caller.provisioning(foreign).reason ?? ""
        #expect(reason.contains("foreign.\(Deployment.domain) has records that Bulkhead did not make"), "\(reason)")
        #expect(try await client.count("attemptFailed", of: "dns", "foreign") == 1)
        let expected = try await client.names(of: ["locked"]).merging(theirs) { $1 }
        #expect(try await dns.names() == expected)

        try await caller.end(foreign)
        try await client.wait(for: "foreign", toBe: "purged")
        #expect(try await dns.names() == expected)
        #expect(try await client.ledger() == ["locked"])
        let again = try await caller.begin("foreign")
        #expect(again.status == 409, "\(again.testDescription)")
        let problem = try again.decoded(HTTPCaller.Problem.self)
        #expect(problem.type.hasSuffix("/subdomain-reserved"))
        try problem.expectDays(90)
    }

    private static func waitForFailure(_ step: String, _ subdomain: String, _ client: PostgresClient) async throws {
        try await eventually(within: .seconds(60)) {
            try await client.count("attemptFailed", of: step, subdomain) >= 1
        }
    }

    private static func expectFindings(_ expected: [String: TenantFindings], _ client: PostgresClient) async throws {
        let findings = try await client.findings()
        #expect(findings == expected)
        #expect(try await client.orphans() == 0)
    }
}
