import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Servers that are killed between the undoing of a step and its record, for each step, and in deletions.
@Suite struct UndoKillTests {
    /// Where an end is held: those of creations that were cancelled, and of a tenant in use.
    private static let ends: [String: JournalGate.Place] = {
        let undone = [
            "subdomain", "schema", "settings", "firstAdministrator", "isolationProof",
        ].map { ("undo-\($0.lowercased())", JournalGate.Place(step: $0, direction: "backward")) }
        let removed = ["sessions", "mail", "deletion", "data"]
            .map { ("remove-\($0.lowercased())", JournalGate.Place(workflow: "tenant.remove", step: $0)) }
        // Deleted between the opening and its record.
        let opened = [("open-removed", JournalGate.Place(workflow: "tenant.remove", step: "sessions"))]
        return Dictionary(uniqueKeysWithValues: undone + removed + opened)
    }()

    @Test(.timeLimit(.minutes(4))) func whatWasUndoneAndNotRecordedIsUndoneOnce() async throws {
        try await SMTPServer.withServer(behaviour: .reply(451, "4.3.0 try again later", at: .recipient)) { mail in
            try await Self.endAll(mail)
            #expect(try mail.messages().isEmpty)
        }
    }

    private static func endAll(_ mail: SMTPServer) async throws {
        // The mails are still on their way when their tenants go.
        let settings = mail.settings.merging(["MAIL_RETRY_SECONDS": "5"]) { $1 }
        try await Deployment.use(Deployment.roomForAll.merging(settings) { $1 }) { deployment in
            try await deployment.asSuperuser { client in
                let gate = JournalGate(client: client)
                try await gate.install()
                let first = try await deployment.serve()
                let tenants = try await Self.makeAll(Array(Self.ends.keys), gate, deployment.signIn(first))
                try await Self.openSession(of: "remove-sessions", client)
                try await first.kill()
                try await gate.refuse()
                try await gate.open()

                let api = try await deployment.serve("api")
                let caller = try await deployment.signIn(api)
                for (subdomain, place) in Self.ends {
                    try await gate.hold(place, of: subdomain)
                    let answer = try await caller.send(
                        "/api/admin/tenants/\(try #require(tenants[subdomain]))", method: "DELETE")
                    #expect(answer.status == 202, "\(answer.testDescription)")
                }
                let second = try await deployment.serve("worker")
                try await gate.waitUntilHeld(Self.ends.count)
                try await second.kill()
                try await gate.refuse()
                // What the killed worker had sent before its end may still be under way in the database.
                try await eventually(within: .seconds(30)) {
                    try await client.openAttempts() == Self.ends.values.map(\.step).sorted()
                }
                try await gate.open()

                let third = try await deployment.serve("worker")
                try await client.waitForWork()
                let findings = try await client.findings()
                for subdomain in Self.ends.keys {
                    #expect(findings[subdomain] == Self.expected(subdomain), "\(subdomain)")
                }
                #expect(findings.count == Self.ends.count)
                #expect(try await client.orphans() == 0)
                #expect(try await third.terminate() == .exited(0))
            }
        }
    }

    /// What somebody has used waits for the end of its retention.
    private static func expected(_ subdomain: String) -> TenantFindings {
        if subdomain.hasPrefix("undo-") { return .purged }
        // Deleted before its mail was ordered.
        return subdomain.hasPrefix("open-") ? .kept.mails("") : .kept
    }

    private static func openSession(of subdomain: String, _ client: PostgresClient) async throws {
        let rows = try await client.query("SELECT schema_name FROM public.tenants WHERE subdomain = \(subdomain)")
        let schema = try #require(try rows.first?[0].decode(String.self))
        _ = try await client.query(
            """
            INSERT INTO \(identifier: schema).refresh_tokens (tenant_id, user_id, family_id, token_hash, expires_at)
            SELECT tenant_id, id, gen_random_uuid(), sha256('token'), clock_timestamp() + interval '1 day'
            FROM \(identifier: schema).users
            """)
    }

    /// Makes tenants: those that are to be undone up to right before their activation, the others altogether.
    private static func makeAll(
        _ subdomains: [String], _ gate: JournalGate, _ caller: AdminCaller
    ) async throws -> [String: String] {
        var tenants: [String: String] = [:]
        for subdomain in subdomains {
            let held =
                subdomain.hasPrefix("undo-") ? "isolationProof" : subdomain.hasPrefix("open-") ? "activation" : nil
            if let held { try await gate.hold(JournalGate.Place(step: held), of: subdomain) }
            let answer = try await caller.begin(subdomain)
            try #require(answer.status == 202, "\(answer.testDescription)")
            tenants[subdomain] = try answer.decoded(HTTPCaller.Tenant.self).id
        }
        try await gate.waitUntilHeld(subdomains.count { !$0.hasPrefix("remove-") })
        try await eventually(within: .seconds(60)) {
            try await gate.client.number("SELECT count(*)::int FROM public.tenants WHERE status = 'active'")
                == subdomains.count { !$0.hasPrefix("undo-") }
        }
        try await eventually(within: .seconds(60)) {
            try await gate.client.number("SELECT count(*)::int FROM bulkhead.deliveries WHERE state = 'deferred'")
                == subdomains.count { $0.hasPrefix("remove-") }
        }
        return tenants
    }
}
