import Postgres
import TestSupport
import Testing

/// What there is of a tenant, as the superuser sees it.
struct TenantFindings: Sendable, Equatable {
    var status: String
    /// What its schema holds: tables, policies, records of migrations, settings, members, first administrators, creations
    /// in its own trail; empty if there is no schema.
    var schema: String
    /// Rows that only proofs write, or that a new tenant has none of, and sessions that have not ended.
    var leftovers: Int
    /// The states of its mails, those that were resent not counted.
    var mails: String
    /// What the catalog's trail says of it, each as often as it happened.
    var trail: String
    /// Work about it that is not over, or was given up.
    var unfinishedRuns: Int

    private static let whole =
        "11 tables, 22 policies, 1 migrations, 7 settings, 1 members, 1 administrators, 1 creations"

    /// What there must be of a tenant that was made without a hitch, as of one that was not.
    static let active = TenantFindings(
        status: "active", schema: Self.whole, leftovers: 0, mails: "sent", trail: "tenant.activate tenant.create",
        unfinishedRuns: 0)
    /// What is left of one that was in use and is deleted: its data wait for the end of their retention.
    static let kept = TenantFindings(
        status: "deleted", schema: Self.whole, leftovers: 0, mails: "cancelled",
        trail: "tenant.activate tenant.create tenant.delete tenant.deleted", unfinishedRuns: 0)
    /// What is left of one that was deleted before it was ever active.
    static let purged = TenantFindings(
        status: "purged", schema: "", leftovers: 0, mails: "",
        trail: "tenant.create tenant.delete tenant.deleted", unfinishedRuns: 0)

    /// The same with other mails.
    func mails(_ states: String) -> TenantFindings {
        var copy = self
        copy.mails = states
        return copy
    }
}

extension PostgresClient {
    /// What there is of all tenants, by subdomain.
    func findings() async throws -> [String: TenantFindings] {
        let rows = try await self.query(
            """
            SELECT t.subdomain, t.status,
                CASE WHEN n.oid IS NULL THEN '' ELSE concat(
                    (SELECT count(*) FROM pg_tables WHERE schemaname = t.schema_name), ' tables, ',
                    (SELECT count(*) FROM pg_policies WHERE schemaname = t.schema_name), ' policies, ',
                    (SELECT count(*) FROM bulkhead.tenant_migrations m WHERE m.tenant_id = t.id), ' migrations, ',
                    \(part: Self.rows(in: ["settings"])), ' settings, ', \(part: Self.rows(in: ["users"])), ' members, ',
                    \(part: Self.rows(in: ["users"], where: "is_first_admin AND role = 'admin'")), ' administrators, ',
                    \(part: Self.rows(in: ["audit_log"], where: "action = 'tenant.create'")), ' creations') END,
                \(part: Self.rows(in: Self.emptyTables))
                    + \(part: Self.rows(in: ["refresh_tokens"], where: "revoked_at IS NULL")),
                (SELECT coalesce(string_agg(d.state, ' ' ORDER BY d.state), '') FROM bulkhead.deliveries d
                    WHERE d.tenant_id = t.id AND d.resend_of IS NULL),
                (SELECT coalesce(string_agg(a.action, ' ' ORDER BY a.action), '') FROM bulkhead.audit_log a
                    WHERE a.tenant_id = t.id),
                (SELECT count(*)::int FROM bulkhead.workflow_runs r WHERE r.status NOT IN ('completed', 'compensated')
                    AND (r.subject = t.id::text OR r.id IN (
                        SELECT d.run_id FROM bulkhead.deliveries d WHERE d.tenant_id = t.id)))
            FROM public.tenants t LEFT JOIN pg_namespace n ON n.nspname = t.schema_name
            """)
        var found: [String: TenantFindings] = [:]
        for row in rows {
            found[try row[0].decode(String.self)] = TenantFindings(
                status: try row[1].decode(String.self), schema: try row[2].decode(String.self),
                leftovers: try row[3].decode(Int.self), mails: try row[4].decode(String.self),
                trail: try row[5].decode(String.self), unfinishedRuns: try row[6].decode(Int.self))
        }
        return found
    }

    /// How many schemas of tenants nobody owns, neither a tenant nor the pool of those made in advance.
    func orphans() async throws -> Int {
        try await self.number(
            """
            SELECT count(*)::int FROM pg_namespace n WHERE n.nspname ~ '^tenant_'
                AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.schema_name = n.nspname)
                AND NOT EXISTS (SELECT FROM bulkhead.warm_tenants w WHERE w.schema_name = n.nspname)
            """)
    }

    /// Waits until no work is under way and none is due.
    func waitForWork(
        within limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(within: limit, sourceLocation: sourceLocation) {
            try await self.number(
                "SELECT count(*)::int FROM bulkhead.workflow_runs WHERE status IN ('running', 'compensating')") == 0
        }
    }

    /// Waits until so many mails are done with.
    func waitForMails(_ count: Int) async throws {
        try await eventually(within: .seconds(60)) {
            try await self.number(
                """
                SELECT count(*)::int FROM bulkhead.workflow_runs
                WHERE workflow = 'mail.deliver' AND status = 'completed'
                """) == count
        }
    }

    /// The steps of which an attempt began and nothing is known of what came of it, sorted.
    func openAttempts() async throws -> [String] {
        try await self.query(
            """
            SELECT e.step FROM bulkhead.workflow_runs r JOIN bulkhead.workflow_events e ON e.run_id = r.id
            WHERE r.status IN ('running', 'compensating') AND e.sequence = r.events AND e.kind = 'attemptStarted'
            """
        ).map { try $0[0].decode(String.self) }.sorted()
    }

    /// All that the journals say, in one text.
    func journals() async throws -> String {
        let rows = try await self.query(
            """
            SELECT string_agg(concat_ws(' ', e.run_id, e.sequence, e.at, e.step, e.direction, e.kind, e.number), E'\n'
                ORDER BY e.run_id, e.sequence) FROM bulkhead.workflow_events e
            """)
        return try rows.first?[0].decode(String.self) ?? ""
    }

    /// How often something of this kind is in the journals.
    func events(_ kind: String) async throws -> Int {
        try await self.number("SELECT count(*)::int FROM bulkhead.workflow_events WHERE kind = \(kind)")
    }

    /// The tables that a new tenant has empty.
    private static let emptyTables = [
        "clients", "registrations", "documents", "commissions", "canary", "idempotency_keys", "outbox",
    ]

    /// Counts rows in tables whose schema is only known while the statement runs.
    private static func rows(in tables: [String], where condition: String = "true") -> PostgresQueryPart {
        """
        (SELECT coalesce(sum((xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I WHERE %s',
                    t.schema_name, x.name, \(condition)::text), false, true, '')))[1]::text::int), 0)::int
                FROM unnest(\(tables)::text[]) x(name) WHERE n.oid IS NOT NULL)
        """
    }
}
