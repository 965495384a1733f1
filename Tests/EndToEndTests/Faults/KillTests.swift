import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Servers that are killed between the effect of a step and its record, for each step.
@Suite struct KillTests {
    private static let settings = Deployment.roomForAll

    /// Where a creation is held, by the subdomain of the tenant.
    ///
    /// Steps that only report that nothing is configured have no effect, and no record of their own.
    private static let creations: [String: JournalGate.Place] = {
        let steps = [
            "schema", "settings", "firstAdministrator", "isolationProof", "activation", "welcomeMail",
        ]
        var places = Dictionary(
            uniqueKeysWithValues: steps.map { ("kill-\($0.lowercased())", JournalGate.Place(step: $0)) })
        places["kill-send"] = JournalGate.Place(workflow: "mail.deliver", step: "send")
        // What steps without effect found waits in memory for the next record.
        places["kill-pending"] = JournalGate.Place(step: "activation", kind: "attemptStarted")
        // The server has the mail, and our own note of that does not get through.
        places["kill-sent"] = JournalGate.Place(workflow: "mail.deliver", step: "send", kind: "sent")
        return places
    }()

    @Test(.timeLimit(.minutes(4))) func whatWasDoneAndNotRecordedIsDoneOnce() async throws {
        try await SMTPServer.withServer { mail in
            try await Deployment.use(Self.settings.merging(mail.settings) { $1 }) { deployment in
                let server = try await deployment.serve()
                let caller = try await deployment.signIn(server)
                try await deployment.asSuperuser { client in
                    let gate = JournalGate(client: client)
                    try await gate.install()
                    for (subdomain, place) in Self.creations {
                        try await gate.hold(place, of: subdomain)
                        #expect(try await caller.begin(subdomain).status == 202)
                    }
                    try await gate.waitUntilHeld(Self.creations.count)
                    // The mail of the one that is held behind ordering it goes its own way.
                    try await client.waitForMails(1)
                    try await server.kill()
                    try await gate.refuse()
                    #expect(try await client.openAttempts() == Self.creations.values.map(Self.openStep).sorted())
                    try await gate.open()

                    let next = try await deployment.serve()
                    try await client.waitForWork()
                    let findings = try await client.findings()
                    for subdomain in Self.creations.keys {
                        #expect(findings[subdomain] == .active, "\(subdomain)")
                    }
                    #expect(findings.count == Self.creations.count)
                    #expect(try await client.orphans() == 0)
                    #expect(try await client.events("attemptLost") == Self.creations.count)
                    let twice = try await client.number(
                        """
                        SELECT count(*)::int FROM (SELECT 1 FROM bulkhead.workflow_events
                            WHERE kind = 'attemptSucceeded' GROUP BY run_id, step HAVING count(*) <> 1) repeated
                        """)
                    #expect(twice == 0)
                    #expect(try await next.terminate() == .exited(0))
                }
                try Self.expectMails(mail)
            }
        }
    }

    /// The step whose attempt is on record, and what came of it is not.
    private static func openStep(_ place: JournalGate.Place) -> String {
        place.kind == "attemptStarted" ? "isolationProof" : place.step
    }

    /// Each administrator has one mail.
    ///
    /// Whether a mail was taken of which we know nothing, nobody can tell: that one
    /// comes twice, as one mail by its id.
    private static func expectMails(_ mail: SMTPServer) throws {
        let messages = try mail.messages()
        for subdomain in Self.creations.keys {
            let mine = messages.filter { $0.recipients == ["\(subdomain)@mail.example"] }
            #expect(mine.count == (subdomain == "kill-sent" ? 2 : 1), "\(subdomain)")
            #expect(Set(mine.map(\.messageID)).count == 1, "\(subdomain)")
        }
    }
}

extension SMTPServer {
    /// What a server must be told to send its mail here.
    var settings: [String: String] {
        [
            "MAIL_SMTP_HOST": "127.0.0.1", "MAIL_SMTP_PORT": "\(self.port)", "MAIL_SMTP_SECURITY": "none",
            "MAIL_RETRY_SECONDS": "0.2", "MAIL_FROM": "Bulkhead <no-reply@example.test>",
        ]
    }
}
