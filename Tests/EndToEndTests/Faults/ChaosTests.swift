import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Tenants by the hundred while nothing stays up.
///
/// `make chaos` makes 500; without it there are fewer.
@Suite struct ChaosTests {
    private static let count = Int(ProcessInfo.processInfo.environment["BULKHEAD_CHAOS_TENANTS"] ?? "") ?? 24
    private static let settings = ["PROVISIONING_CONCURRENCY": "2", "PROVISIONING_WARM_POOL": "4"]

    @Test(.timeLimit(.minutes(30))) func allBecomeActiveOnce() async throws {
        try await SMTPServer.withServer { mail in
            try await Deployment.use(Self.settings.merging(mail.settings) { $1 }) { deployment in
                let api = try await deployment.serve("api")
                let caller = try await deployment.signIn(api)
                let names = (1...Self.count).map { "chaos-\($0)" }
                try await deployment.asSuperuser { client in
                    let storm = Storm(deployment: deployment)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await storm.blow() }
                        for name in names { try await Self.insist(on: name, caller) }
                        try await Self.waitUntilActive(names.count, client)
                        storm.calm()
                        try await group.waitForAll()
                    }
                    try await client.waitForWork(within: .seconds(120))
                    print(storm.summary)
                    try await Self.expectAll(names, client)
                    #expect(storm.restarts > 0 && storm.kills > 0, "\(storm.summary)")
                }
                try Self.expectMails(names, mail)
            }
        }
    }

    /// Asks until there is an answer, as a client with a key of its own may.
    private static func insist(on name: String, _ caller: AdminCaller) async throws {
        try await eventually(within: .seconds(120)) {
            // No answer while PostgreSQL or the connection is away; the same request is then repeated.
            guard let answer = try? await caller.begin(name, headers: ["Idempotency-Key": name]) else { return false }
            return answer.status == 202
        }
    }

    private static func waitUntilActive(_ count: Int, _ client: PostgresClient) async throws {
        let clock = ContinuousClock()
        var (last, shown) = (clock.now, 0)
        try await eventually(within: .seconds(60 + count * 3)) {
            let query: PostgresQuery = "SELECT count(*)::int FROM public.tenants WHERE status = 'active'"
            // No answer while PostgreSQL is away.
            guard let active = try? await client.number(query) else { return false }
            if active != shown, clock.now - last > .seconds(5) {
                print("chaos: \(active) of \(count) are active")
                (last, shown) = (clock.now, active)
            }
            return active == count
        }
    }

    private static func expectAll(_ names: [String], _ client: PostgresClient) async throws {
        let findings = try await client.findings()
        #expect(findings.count == names.count)
        for name in names { #expect(findings[name] == .active, "\(name)") }
        #expect(try await client.orphans() == 0)
        #expect(try await client.number("SELECT count(*)::int FROM bulkhead.workflow_runs WHERE status = 'dead'") == 0)
        let links = try await client.number("SELECT count(*)::int FROM bulkhead.deliveries WHERE state = 'sent'")
        #expect(links == names.count)
    }

    /// Everybody has a mail; those whose worker was killed while their mail was on its way may have it twice.
    private static func expectMails(_ names: [String], _ mail: SMTPServer) throws {
        let byRecipient = Dictionary(grouping: try mail.messages()) { $0.recipients.joined() }
        #expect(Set(byRecipient.keys) == Set(names.map { "\($0)@mail.example" }))
        for (recipient, messages) in byRecipient {
            #expect(messages.count <= 2, "\(recipient)")
            #expect(Set(messages.map(\.messageID)).count == 1, "\(recipient)")
        }
    }
}
