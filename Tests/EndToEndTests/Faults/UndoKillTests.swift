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
        try await Deployment.use(Deployment.roomForAll) { deployment in
            try await deployment.asSuperuser { client in
                let gate = JournalGate(client: client)
                try await gate.install()
                let first = try await deployment.serve()
                let tenants = try await Self.makeAll(Array(Self.ends.keys), gate, deployment.signIn(first))
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
                #expect(try await client.openAttempts() == Self.ends.values.map(\.step).sorted())
                try await gate.open()

                let third = try await deployment.serve("worker")
                try await client.waitForWork()
                let findings = try await client.findings()
                for subdomain in Self.ends.keys {
                    // What somebody has used waits for the end of its retention.
                    let expected: TenantFindings = subdomain.hasPrefix("undo-") ? .purged : .kept
                    #expect(findings[subdomain] == expected, "\(subdomain)")
                }
                #expect(findings.count == Self.ends.count)
                #expect(try await client.orphans() == 0)
                #expect(try await third.terminate() == .exited(0))
            }
        }
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
        return tenants
    }
}
