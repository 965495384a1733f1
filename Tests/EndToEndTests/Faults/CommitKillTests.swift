import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Servers that are killed right before and right behind the commit of what somebody asked for.
@Suite struct CommitKillTests {
    @Test(.timeLimit(.minutes(4))) func whatWasNotCommittedNeverWas() async throws {
        try await Deployment.use(Deployment.roomForAll) { deployment in
            let server = try await deployment.serve()
            let caller = try await deployment.signIn(server)
            try await deployment.asSuperuser { client in
                let gate = JournalGate(client: client)
                try await gate.install()
                // The subdomain is reserved, and its record written, in the transaction that starts the run.
                try await gate.hold(JournalGate.Place(step: "subdomain"), of: "early")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // No answer is expected: the connection breaks.
                    group.addTask { _ = try? await caller.begin("early") }
                    try await gate.waitUntilHeld(1)
                    try await server.kill()
                    try await gate.refuse()
                    try await group.waitForAll()
                }
                #expect(try await client.findings().isEmpty)
                #expect(try await client.number("SELECT count(*)::int FROM bulkhead.workflow_runs") == 0)
                try await gate.open()
                let next = try await deployment.serve()
                #expect(try await deployment.signIn(next).begin("early").status == 202)
                try await client.waitForWork()
                #expect(try await client.findings()["early"]?.status == "active")
            }
        }
    }

    @Test(.timeLimit(.minutes(4))) func answerLostBehindTheCommitIsGivenAgain() async throws {
        try await Deployment.use(Deployment.roomForAll) { deployment in
            let server = try await deployment.serve()
            let caller = try await deployment.signIn(server)
            let key = ["Idempotency-Key": "order-4711"]
            try await deployment.asSuperuser { client in
                // A commit is on disk, and its answer waits for a standby that there is not.
                try await Self.setStandbys("nobody", client)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // No answer is expected: the connection breaks.
                    group.addTask { _ = try? await caller.begin("once", headers: key) }
                    try await eventually(within: .seconds(30)) { try await Self.committing(client) == 1 }
                    try await server.kill()
                    try await group.waitForAll()
                }
                try await Self.setStandbys("", client)
                try await eventually(within: .seconds(30)) { try await Self.committing(client) == 0 }
                let stored = try await client.query(
                    "SELECT status, convert_from(body, 'UTF8') FROM bulkhead.idempotency_keys")
                let (status, body) = try #require(try stored.first?.decode(Int.self, String.self))
                let next = try await deployment.serve()
                let again = try await deployment.signIn(next)
                let answer = try await again.begin("once", headers: key)
                #expect(answer.status == status && answer.text == body, "\(answer.testDescription)")
                #expect(status == 202)
                #expect(try await again.begin("twice", headers: key).status == 422)
                try await client.waitForWork()
                let tenant = try answer.decoded(HTTPCaller.Tenant.self)
                #expect(try await client.findings().keys.sorted() == ["once"])
                let shown = try await again.send("/api/admin/tenants/\(tenant.id)")
                #expect(try shown.decoded(HTTPCaller.Tenant.self).status == "active")
            }
        }
    }

    private static func setStandbys(_ names: String, _ client: PostgresClient) async throws {
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = '\(names)'", "SELECT pg_reload_conf()"] {
            _ = try await client.query(PostgresQuery(unsafeSQL: statement, bindings: []))
        }
    }

    /// How many transactions of servers are committed and have no answer yet.
    private static func committing(_ client: PostgresClient) async throws -> Int {
        try await client.number(
            """
            SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'bulkhead_control'
            """)
    }
}
