import Postgres
import TestSupport
import Testing

/// What there is of a tenant, as the superuser sees it.
struct TenantFindings: Sendable, Equatable {
    var status: String
    /// 1, or 0 if there is none.
    var schemas: Int
    /// Rows in its table of users.
    var administrators: Int
    /// Rows in the tables that only proofs write to, or that a new tenant has empty.
    var leftovers: Int
    /// Mails that were ordered, the resent ones not counted.
    var mails: Int
    /// Work about it that is not over, or was given up.
    var unfinishedRuns: Int

    /// What there must be of a tenant that was made without a hitch, as of one that was not.
    static let active = TenantFindings(
        status: "active", schemas: 1, administrators: 1, leftovers: 0, mails: 1, unfinishedRuns: 0)
    /// What is left of one that was in use and is deleted: its data wait for the end of their retention.
    static let kept = TenantFindings(
        status: "deleted", schemas: 1, administrators: 1, leftovers: 0, mails: 0, unfinishedRuns: 0)
    /// What is left of one that was deleted before it was ever active.
    static let purged = TenantFindings(
        status: "purged", schemas: 0, administrators: 0, leftovers: 0, mails: 0, unfinishedRuns: 0)
}

extension PostgresClient {
    /// What there is of all tenants, by subdomain.
    func findings() async throws -> [String: TenantFindings] {
        let rows = try await self.query(
            """
            SELECT t.subdomain, t.status, (n.oid IS NOT NULL)::int, \(part: Self.rows(in: ["users"])),
                \(part: Self.rows(in: Self.emptyTables)),
                (SELECT count(*)::int FROM bulkhead.deliveries d WHERE d.tenant_id = t.id AND d.resend_of IS NULL),
                (SELECT count(*)::int FROM bulkhead.workflow_runs r WHERE r.status NOT IN ('completed', 'compensated')
                    AND (r.subject = t.id::text OR r.id IN (
                        SELECT d.run_id FROM bulkhead.deliveries d WHERE d.tenant_id = t.id)))
            FROM public.tenants t LEFT JOIN pg_namespace n ON n.nspname = t.schema_name
            """)
        var found: [String: TenantFindings] = [:]
        for row in rows {
            found[try row[0].decode(String.self)] = TenantFindings(
                status: try row[1].decode(String.self), schemas: try row[2].decode(Int.self),
                administrators: try row[3].decode(Int.self), leftovers: try row[4].decode(Int.self),
                mails: try row[5].decode(Int.self), unfinishedRuns: try row[6].decode(Int.self))
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
        "clients", "registrations", "documents", "commissions", "canary", "idempotency_keys", "refresh_tokens",
    ]

    /// Counts rows in tables whose schema is only known while the statement runs.
    private static func rows(in tables: [String]) -> PostgresQueryPart {
        """
        (SELECT coalesce(sum((xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I',
                    t.schema_name, x.name), false, true, '')))[1]::text::int), 0)::int
                FROM unnest(\(tables)::text[]) x(name) WHERE n.oid IS NOT NULL)
        """
    }
}
