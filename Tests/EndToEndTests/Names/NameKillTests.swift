import DNSTestSupport
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Servers that are killed between a change in the zone and its record.
@Suite struct NameKillTests {
    private static let all = ["kill-name", "undo-name", "undo-late", "remove-name", "remove-expiry"]
    /// Where creations are held: the records are in the zone, and nobody has written that down; the last is past it.
    private static let creations = [
        "kill-name": JournalGate.Place(step: "dns"), "undo-name": JournalGate.Place(step: "dns"),
        "undo-late": JournalGate.Place(step: "activation", kind: "attemptStarted"),
    ]
    /// Where ends are held: the records are gone, and nobody has written that down.
    private static let ends = [
        "undo-name": JournalGate.Place(step: "dns", direction: "backward"),
        "undo-late": JournalGate.Place(step: "dns", direction: "backward"),
        "remove-name": JournalGate.Place(workflow: "tenant.remove", step: "dnsRemoval"),
        "remove-expiry": JournalGate.Place(workflow: "tenant.remove", step: "dnsExpiry"),
    ]

    @Test(.timeLimit(.minutes(3))) func whatTheZoneHasAndTheJournalHasNotIsThereOnce() async throws {
        try await NamedTenants.use { deployment, dns in
            try await deployment.asSuperuser { client in
                let gate = JournalGate(client: client)
                try await gate.install()
                let first = try await deployment.serve()
                let caller = try await deployment.signIn(first)
                var tenants: [String: String] = [:]
                for subdomain in Self.all {
                    if let place = Self.creations[subdomain] { try await gate.hold(place, of: subdomain) }
                    tenants[subdomain] = try await caller.order(subdomain)
                }
                try await gate.waitUntilHeld(Self.creations.count)
                try await client.waitForEnds(2)
                try await first.kill()
                try await gate.refuse()
                // What the last one found went into the record that is held.
                #expect(try await client.openAttempts() == ["dns", "dns", "dns"])
                #expect(try await dns.names() == client.names(of: Self.all))
                try await gate.open()

                let api = try await deployment.serve("api")
                let second = try await deployment.signIn(api)
                for (subdomain, place) in Self.ends {
                    try await gate.hold(place, of: subdomain)
                    try await second.end(try #require(tenants[subdomain]))
                }
                let worker = try await deployment.serve("worker")
                try await gate.waitUntilHeld(Self.ends.count)
                try await client.waitForEnds(3)
                try await worker.kill()
                try await gate.refuse()
                #expect(try await client.openAttempts() == ["dns", "dns", "dnsExpiry", "dnsRemoval"])
                #expect(try await dns.names() == client.names(of: ["kill-name"]))
                try await gate.open()

                let third = try await deployment.serve("worker")
                try await client.waitForWork()
                try await Self.expectAll(client, dns)
                #expect(try await third.terminate() == .exited(0))
            }
        }
    }

    private static func expectAll(_ client: PostgresClient, _ dns: PowerDNSServer) async throws {
        let findings = try await client.findings()
        #expect(findings["kill-name"] == .active.mails(""))
        for subdomain in ["undo-name", "undo-late"] { #expect(findings[subdomain] == .purged, "\(subdomain)") }
        for subdomain in ["remove-name", "remove-expiry"] {
            #expect(findings[subdomain] == .kept.mails(""), "\(subdomain)")
        }
        #expect(findings.count == Self.all.count)
        #expect(try await client.orphans() == 0)
        // What was turned back in the middle of an attempt is not looked after any more.
        #expect(try await client.events("attemptLost") == 5)
        #expect(try await dns.names() == client.names(of: ["kill-name"]))
        #expect(try await client.ledger() == ["kill-name"])
    }

    /// The zone was changed, and the catalog does not even know that it was.
    @Test(.timeLimit(.minutes(3))) func whatTheZoneHasAndTheCatalogHasNotIsThereOnce() async throws {
        try await NamedTenants.use { deployment, dns in
            try await deployment.asSuperuser { client in
                let gate = JournalGate(client: client)
                try await gate.install()
                let ledger = LedgerGate(client: client)
                try await ledger.install()
                let first = try await deployment.serve()
                let caller = try await deployment.signIn(first)
                let leaving = try await caller.order("leaving")
                try await client.wait(for: "leaving", toBe: "active")

                try await ledger.hold("coming")
                try await ledger.hold("doomed")
                _ = try await caller.order("coming")
                try await gate.waitUntilHeld(1)
                #expect(try await dns.names() == client.names(of: ["leaving", "coming"]))
                let doomed = try await caller.order("doomed")
                try await first.kill()
                try await gate.refuse()
                try await ledger.expireLease()
                #expect(try await client.openAttempts().contains("dns"))
                #expect(try await dns.names() == client.names(of: ["leaving", "coming"]))

                // Now on the way back: the records go, and the catalog does not hear of it.
                try await ledger.open()
                let api = try await deployment.serve("api")
                let second = try await deployment.signIn(api)
                try await ledger.hold("leaving")
                try await second.end(leaving)
                try await second.end(doomed)
                let worker = try await deployment.serve("worker")
                try await gate.waitUntilHeld(1)
                try await eventually(within: .seconds(30)) {
                    try await dns.names()["leaving.\(Deployment.domain) A"] == nil
                }
                try await worker.kill()
                try await gate.refuse()
                try await ledger.expireLease()
                #expect(try await client.status("leaving") == "deleting")
                try await ledger.open()

                let third = try await deployment.serve("worker")
                try await client.waitForWork()
                let findings = try await client.findings()
                #expect(findings["coming"] == .active.mails(""))
                #expect(findings["leaving"] == .kept.mails(""))
                #expect(findings["doomed"] == .purged)
                #expect(try await client.orphans() == 0)
                #expect(try await dns.names() == client.names(of: ["coming"]))
                #expect(try await client.ledger() == ["coming"])
                // What resolvers may remember was waited for, though nobody knew for how long.
                #expect(try await client.count("attemptSucceeded", of: "dnsExpiry", "leaving") == 1)
                // Counted from a moment before the record.
                #expect(try await client.remembered("leaving") >= NamedTenants.ttl * 1000 - 500)
                #expect(try await third.terminate() == .exited(0))
            }
        }
    }
}

/// Holds servers still behind a change in the zone: the catalog's own note of it does not get through.
struct LedgerGate: Sendable {
    let client: PostgresClient

    /// Makes the trigger; there must be a ``JournalGate`` already.
    func install() async throws {
        for statement in Self.statements {
            _ = try await self.client.query(PostgresQuery(unsafeSQL: statement, bindings: []))
        }
    }

    /// Holds notes about this name from now on.
    func hold(_ subdomain: String) async throws {
        _ = try await self.client.query("INSERT INTO gate.held (subdomain, place) VALUES (\(subdomain), 'ledger')")
    }

    /// Lets everything through.
    func open() async throws { _ = try await self.client.query("DELETE FROM gate.held") }

    /// Does what a minute without a word from its holder does.
    func expireLease() async throws {
        let rows = try await self.client.query(
            "UPDATE bulkhead.leases SET until = clock_timestamp() WHERE name = 'dns.zone' AND until > clock_timestamp()"
        )
        #expect(rows.affectedRows == 1)
    }

    private static let statements = [
        """
        CREATE FUNCTION gate.name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        BEGIN
            WHILE EXISTS (SELECT FROM gate.held h WHERE h.subdomain = NEW.subdomain AND h.place = 'ledger') LOOP
                PERFORM pg_sleep(0.01);
            END LOOP;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER gate BEFORE UPDATE ON bulkhead.dns_names FOR EACH ROW
        WHEN (NEW.met > OLD.met) EXECUTE FUNCTION gate.name()
        """,
    ]
}

extension PostgresClient {
    /// Waits until so many runs have come to their end: a tenant is active a moment earlier.
    fileprivate func waitForEnds(_ count: Int) async throws {
        try await eventually(within: .seconds(60)) {
            try await self.number("SELECT count(*)::int FROM bulkhead.workflow_runs WHERE status = 'completed'")
                == count
        }
    }

    /// How many milliseconds passed from the record that the name is gone until its tenant was deleted.
    fileprivate func remembered(_ subdomain: String) async throws -> Int {
        try await self.number(
            """
            SELECT (extract(epoch FROM t.deleted_at - max(e.at)) * 1000)::int
            FROM public.tenants t JOIN bulkhead.workflow_runs r ON r.subject = t.id::text
            JOIN bulkhead.workflow_events e ON e.run_id = r.id
            WHERE t.subdomain = \(subdomain) AND e.step = 'dnsRemoval' AND e.kind = 'attemptSucceeded'
            GROUP BY t.id
            """)
    }
}
