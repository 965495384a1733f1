import Foundation
import Postgres
import TestSupport
import Testing

/// Holds servers still at a chosen place: the effect of a step is committed, its record is not.
///
/// The record's transaction waits inside PostgreSQL, in a trigger that only a superuser can make, for as long as there is
/// a row about it in `gate.held`.
struct JournalGate: Sendable {
    /// A record that does not get through.
    struct Place: Sendable, Hashable, CustomStringConvertible {
        var workflow = "tenant.provision"
        let step: String
        var direction = "forward"
        var kind = "attemptSucceeded"

        var description: String { "\(self.workflow) \(self.step) \(self.direction) \(self.kind)" }
    }

    let client: PostgresClient

    /// Makes the trigger; all is let through at first.
    func install() async throws {
        for statement in Self.statements {
            _ = try await self.client.query(PostgresQuery(unsafeSQL: statement, bindings: []))
        }
    }

    /// Holds this record of a tenant's from now on.
    func hold(_ place: Place, of subdomain: String) async throws {
        _ = try await self.client.query(
            "INSERT INTO gate.held (subdomain, place) VALUES (\(subdomain), \(place.description))")
    }

    /// Lets everything through.
    func open() async throws {
        _ = try await self.client.query("DELETE FROM gate.held")
    }

    /// Waits until so many records are held.
    func waitUntilHeld(
        _ count: Int, within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(within: limit, sourceLocation: sourceLocation) { try await self.held() == count }
    }

    /// Has the transactions that stand before the gate rolled back, as a client's death alone would not: PostgreSQL
    /// notices it only when it next talks to the client, behind the commit.
    ///
    /// Servers that are still there connect again.
    func refuse() async throws {
        let now = try await self.client.query("SELECT clock_timestamp()")
        let before = try #require(try now.first?[0].decode(Date.self))
        try await eventually(within: .seconds(30)) {
            try await self.client.number(
                """
                SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity
                WHERE usename = 'bulkhead_control' AND backend_start <= \(before)::timestamptz
                """) == 0
        }
    }

    private func held() async throws -> Int {
        try await self.client.number("SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    }

    private static let statements = [
        "CREATE SCHEMA gate",
        "CREATE TABLE gate.held (subdomain text, place text)",
        """
        CREATE FUNCTION gate.pass(run uuid, place text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $$
        BEGIN
            WHILE EXISTS (
                SELECT FROM bulkhead.workflow_runs r, gate.held h JOIN public.tenants t ON t.subdomain = h.subdomain
                WHERE r.id = run AND h.place = r.workflow || ' ' || pass.place
                  AND (r.subject = t.id::text OR EXISTS (
                      SELECT FROM bulkhead.deliveries d WHERE d.run_id = r.id AND d.tenant_id = t.id)))
            LOOP
                PERFORM pg_sleep(0.01);
            END LOOP;
        END $$
        """,
        """
        CREATE FUNCTION gate.event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        BEGIN
            PERFORM gate.pass(NEW.run_id, concat_ws(' ', NEW.step, NEW.direction, NEW.kind));
            RETURN NEW;
        END $$
        """,
        """
        CREATE FUNCTION gate.delivery() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $$
        BEGIN
            PERFORM gate.pass(NEW.run_id, 'send forward ' || NEW.state);
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER gate BEFORE INSERT ON bulkhead.workflow_events FOR EACH ROW EXECUTE FUNCTION gate.event()
        """,
        "CREATE TRIGGER gate BEFORE UPDATE ON bulkhead.deliveries FOR EACH ROW EXECUTE FUNCTION gate.delivery()",
    ]
}
