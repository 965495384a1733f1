import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// PostgreSQL that goes away in the middle of everything, as in a crash, and comes back.
@Suite struct RestartTests {
    private static let steps = [
        "schema", "settings", "firstAdministrator", "isolationProof", "activation", "welcomeMail", "send",
    ]
    /// Nothing is written to disk but by those who wait for it.
    private static let lazy = ["bgwriter_lru_maxpages": "0", "wal_writer_delay": "10s", "checkpoint_timeout": "1h"]

    private static func subdomain(_ step: String) -> String { "back-\(step.lowercased())" }

    @Test(.timeLimit(.minutes(4))) func whatTheDatabaseForgotIsDoneAgain() async throws {
        try await SMTPServer.withServer { mail in
            let settings = Deployment.roomForAll.merging(mail.settings) { $1 }
            try await Deployment.use(settings, postgres: Self.lazy) { deployment in
                let server = try await deployment.serve()
                let caller = try await deployment.signIn(server)
                try await deployment.asSuperuser { client in
                    let gate = JournalGate(client: client)
                    try await gate.install()
                    for step in Self.steps {
                        let workflow = step == "send" ? "mail.deliver" : "tenant.provision"
                        try await gate.hold(
                            JournalGate.Place(workflow: workflow, step: step), of: Self.subdomain(step))
                        #expect(try await caller.begin(Self.subdomain(step)).status == 202)
                    }
                    try await gate.waitUntilHeld(Self.steps.count)
                    try await client.waitForMails(1)
                    let forgotten = try await Self.makeUnwrittenRecords(gate, caller)
                    // Commits that nobody waited for are gone with it, effects and records.
                    try await deployment.cluster.restart(.immediate)
                    try await eventually(within: .seconds(30)) {
                        // No answer until it has recovered.
                        (try? await gate.open()) != nil
                    }
                    try await client.waitForWork()
                    let findings = try await client.findings()
                    for step in Self.steps { #expect(findings[Self.subdomain(step)] == .active, "\(step)") }
                    #expect(findings["back-late"] == .active)
                    #expect(findings.count == Self.steps.count + 1)
                    let again = try await Self.schemaRecordedAt(client)
                    #expect(try #require(again) > forgotten)
                    #expect(try await client.orphans() == 0)
                    #expect(try await server.terminate() == .exited(0))
                }
                let recipients = try mail.messages().flatMap(\.recipients)
                let expected = (Self.steps.map(Self.subdomain) + ["back-late"]).map { $0 + "@mail.example" }
                #expect(recipients.sorted() == expected.sorted())
            }
        }
    }

    /// Has a tenant's schema made and recorded, and sees to it that nothing of that is on disk.
    ///
    /// - Returns: when it was recorded.
    private static func makeUnwrittenRecords(_ gate: JournalGate, _ caller: AdminCaller) async throws -> Date {
        let held = JournalGate.Place(step: "isolationProof", kind: "attemptStarted")
        // Stopped, since it writes now and then what is left; PostgreSQL's end is its end all the same.
        let writers = try await gate.client.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        kill(pid_t(try #require(try writers.first?[0].decode(Int.self))), SIGSTOP)
        try await gate.hold(held, of: "back-late")
        #expect(try await caller.begin("back-late").status == 202)
        try await gate.waitUntilHeld(Self.steps.count + 1)
        let unwritten = try await gate.client.query(
            "SELECT pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()")
        #expect(try unwritten.first?[0].decode(Bool.self) == true)
        return try #require(try await Self.schemaRecordedAt(gate.client))
    }

    private static func schemaRecordedAt(_ client: PostgresClient) async throws -> Date? {
        let rows = try await client.query(
            """
            SELECT e.at FROM bulkhead.workflow_events e JOIN bulkhead.workflow_runs r ON r.id = e.run_id
                JOIN public.tenants t ON t.id::text = r.subject
            WHERE t.subdomain = 'back-late' AND e.step = 'schema' AND e.kind = 'attemptSucceeded'
            """)
        return try rows.first?[0].decode(Date.self)
    }
}
