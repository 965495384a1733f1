import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// PostgreSQL that goes away in the middle of everything, as in a crash, and comes back.
@Suite struct RestartTests {
    private static let steps = [
        "schema", "settings", "firstAdministrator", "isolationProof", "dns", "certificate", "activation",
        "welcomeMail", "send",
    ]

    private static func subdomain(_ step: String) -> String { "back-\(step.lowercased())" }

    @Test(.timeLimit(.minutes(4))) func whatTheDatabaseForgotIsDoneAgain() async throws {
        try await SMTPServer.withServer { mail in
            try await Deployment.use(Deployment.roomForAll.merging(mail.settings) { $1 }) { deployment in
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
                    // Commits that nobody waited for are gone with it, effects and records.
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
                #expect(recipients.sorted() == Self.steps.map { Self.subdomain($0) + "@mail.example" }.sorted())
            }
        }
    }
}
