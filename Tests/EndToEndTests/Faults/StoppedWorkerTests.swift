import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Workers that are stopped in the middle of their work beyond their lease, and then go on as if nothing had been.
@Suite struct StoppedWorkerTests {
    /// The worker is stopped when it has been told that it may begin this step.
    private static let steps = [
        "schema", "settings", "firstAdministrator", "isolationProof", "activation", "welcomeMail", "send",
    ]

    private static func subdomain(_ step: String) -> String { "stop-\(step.lowercased())" }

    @Test(.timeLimit(.minutes(4))) func whoComesBackTooLateWritesNothing() async throws {
        try await SMTPServer.withServer { mail in
            try await Deployment.use(Deployment.roomForAll.merging(mail.settings) { $1 }) { deployment in
                let api = try await deployment.serve("api")
                let caller = try await deployment.signIn(api)
                try await deployment.asSuperuser { client in
                    let gate = JournalGate(client: client)
                    try await gate.install()
                    for step in Self.steps {
                        let workflow = step == "send" ? "mail.deliver" : "tenant.provision"
                        try await gate.hold(
                            JournalGate.Place(workflow: workflow, step: step, kind: "attemptStarted"),
                            of: Self.subdomain(step))
                        #expect(try await caller.begin(Self.subdomain(step)).status == 202)
                    }
                    let stopped = try await deployment.serve("worker")
                    try await gate.waitUntilHeld(Self.steps.count)
                    try await stopped.pause()
                    // What it asked for is written, and it does not know yet.
                    try await gate.open()
                    let second = try await deployment.serve("worker")
                    try await client.waitForWork()
                    #expect(try await client.events("attemptLost") == Self.steps.count)
                    let (events, findings) = (try await client.journals(), try await client.findings())
                    for step in Self.steps { #expect(findings[Self.subdomain(step)] == .active, "\(step)") }

                    stopped.resume()
                    try await eventually(within: .seconds(30)) {
                        try stopped.log.components(separatedBy: "Run lost to another worker").count - 1
                            >= Self.steps.count
                    }
                    #expect(try await client.journals() == events)
                    #expect(try await client.findings() == findings)
                    #expect(try await client.orphans() == 0)
                    #expect(try await stopped.terminate() == .exited(0))
                    #expect(try await second.terminate() == .exited(0))
                }
                let recipients = try mail.messages().flatMap(\.recipients)
                #expect(recipients.sorted() == Self.steps.map { Self.subdomain($0) + "@mail.example" }.sorted())
            }
        }
    }

    @Test(.timeLimit(.minutes(4))) func longEffectOutlivesTheLeaseItBeganWith() async throws {
        let settings = Deployment.roomForAll.merging(["WORKFLOW_LEASE_SECONDS": "1"]) { $1 }
        try await Deployment.use(settings) { deployment in
            let server = try await deployment.serve()
            let second = try await deployment.serve("worker")
            let caller = try await deployment.signIn(server)
            try await deployment.asSuperuser { client in
                for statement in Self.slowSchemas {
                    _ = try await client.query(PostgresQuery(unsafeSQL: statement, bindings: []))
                }
                #expect(try await caller.begin("patient").status == 202)
                try await client.waitForWork()
                #expect(try await client.findings()["patient"]?.status == "active")
                #expect(try await client.events("attemptLost") == 0)
                #expect(try await client.events("attemptFailed") == 0)
                let took = try await client.number(
                    """
                    SELECT milliseconds::int FROM bulkhead.workflow_events
                    WHERE step = 'schema' AND kind = 'attemptSucceeded'
                    """)
                #expect(took >= 4000)
            }
            #expect(try await second.terminate() == .exited(0))
            #expect(try await server.terminate() == .exited(0))
        }
    }

    /// Makes every schema take four seconds, as a busy disk would.
    private static let slowSchemas = [
        """
        CREATE FUNCTION public.slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(4); END $$
        """,
        "CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.slow()",
    ]
}
