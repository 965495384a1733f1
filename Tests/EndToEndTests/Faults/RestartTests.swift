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
                    // Nothing more is written that nobody waits for; PostgreSQL's end is the log writer's all the same.
                    let writers = try await client.query(
                        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
                    kill(pid_t(try #require(try writers.first?[0].decode(Int.self))), SIGSTOP)
                    // Records that nobody waited for are gone with it, and those under way.
                    try await deployment.cluster.restart(.immediate)
                    try await eventually(within: .seconds(30)) {
                        // No answer until it has recovered.
                        (try? await gate.open()) != nil
                    }
                    try await client.waitForWork()
                    let findings = try await client.findings()
                    for step in Self.steps { #expect(findings[Self.subdomain(step)] == .active, "\(step)") }
                    #expect(findings.count == Self.steps.count)
                    #expect(try await client.orphans() == 0)
                    #expect(try await server.terminate() == .exited(0))
                }
                let recipients = try mail.messages().flatMap(\.recipients)
                let expected = Self.steps.map(Self.subdomain).map { $0 + "@mail.example" }
                #expect(recipients.sorted() == expected.sorted())
            }
        }
    }
}
