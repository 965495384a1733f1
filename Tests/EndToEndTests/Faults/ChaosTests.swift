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
                try await deployment.asSuperuser { client in
                    let storm = Storm(deployment: deployment) { await Self.isBusy(client) }
                    var names: [String] = []
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await storm.blow() }
                        // More, if it has hit nothing so far.
                        while names.count < Self.count || (!storm.hasHit && names.count < 4 * Self.count) {
                            names.append("chaos-\(names.count)")
                            try await Self.insist(on: names[names.count - 1], caller)
                        }
                        try await Self.waitUntilActive(names.count, client)
                        storm.calm()
                        try await group.waitForAll()
                    }
                    try await client.waitForWork(within: .seconds(120))
                    print(storm.summary)
                    try await Self.expectAll(names, client)
                    #expect(storm.hasHit, "\(storm.summary)")
                    try await Self.expectMails(names, mail, client)
                }
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
        let failures = try await client.query(
            """
            SELECT DISTINCT coalesce(step, 'run') || ' ' || kind || ': ' || reason FROM bulkhead.workflow_events
            WHERE kind IN ('attemptFailed', 'compensationStarted', 'deadLettered') AND reason IS NOT NULL
            """)
        for row in failures { print("chaos:", try row[0].decode(String.self)) }
        let lost = try await client.query("SELECT recipient FROM bulkhead.deliveries WHERE uncertain >= 2")
        let undecided = Set(try lost.map { try $0[0].decode(String.self) })
        for name in names {
            // A mail that may have been sent twice waits for somebody's decision.
            var expected = TenantFindings.active
            if undecided.contains("\(name)@mail.example"), findings[name]?.mails == "deferred" {
                expected.mails = "deferred"
                expected.unfinishedRuns = 1
            }
            #expect(findings[name] == expected, "\(name)")
        }
        #expect(try await client.orphans() == 0)
    }

    /// Everybody has a mail, and twice only where we know that it may have been sent before.
    private static func expectMails(_ names: [String], _ mail: SMTPServer, _ client: PostgresClient) async throws {
        let rows = try await client.query("SELECT recipient, uncertain FROM bulkhead.deliveries")
        var uncertain: [String: Int] = [:]
        for row in rows { uncertain[try row[0].decode(String.self)] = try row[1].decode(Int.self) }
        let byRecipient = Dictionary(grouping: try mail.messages()) { $0.recipients.joined() }
        for name in names where byRecipient["\(name)@mail.example"] == nil {
            #expect(uncertain["\(name)@mail.example"] ?? 0 >= 2, "\(name)")
        }
        #expect(byRecipient.count <= names.count)
        for (recipient, messages) in byRecipient {
            #expect(messages.count <= 1 + min(uncertain[recipient] ?? 0, 1), "\(recipient)")
            #expect(Set(messages.map(\.messageID)).count == 1, "\(recipient)")
        }
    }

    /// Whether somebody is at some work just now.
    private static func isBusy(_ client: PostgresClient) async -> Bool {
        let query: PostgresQuery = "SELECT count(*)::int FROM bulkhead.workflow_runs WHERE lease_until > now()"
        // No answer while PostgreSQL is away, and then nobody is at work.
        return ((try? await client.number(query)) ?? 0) > 0
    }
}
