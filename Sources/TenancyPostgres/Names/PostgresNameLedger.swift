import Foundation
public import Postgres
public import Tenancy

/// Wishes about names in `bulkhead.dns_names`.
public struct PostgresNameLedger: NameLedger {
    private let client: PostgresClient
    private let fenced: FencedClient

    /// A ledger through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
        self.fenced = FencedClient(client: client)
    }

    /// Wishes that a name be there; see ``NameLedger/want(_:as:permit:)``.
    public func want(_ tenant: TenantID, as subdomain: Subdomain, permit: WorkPermit) async throws -> TenantName {
        let found = try await self.write(
            """
            INSERT INTO bulkhead.dns_names AS n (tenant_id, subdomain, wanted)
            VALUES (\(tenant.uuid)::uuid, \(subdomain.description), true)
            ON CONFLICT (tenant_id) DO UPDATE
            SET wanted = true, wish = n.wish + 1, changed_at = clock_timestamp(), gone_at = NULL
            RETURNING \(unescaped: Self.columns)
            """, permit)
        guard let found else { throw CatalogError.unreadable("name of tenant \(tenant)") }
        return found
    }

    /// Wishes that a name be gone; see ``NameLedger/release(_:permit:)``.
    public func release(_ tenant: TenantID, permit: WorkPermit) async throws -> TenantName? {
        try await self.write(
            """
            UPDATE bulkhead.dns_names n SET wanted = false, wish = n.wish + 1, changed_at = clock_timestamp()
            WHERE n.tenant_id = \(tenant.uuid)::uuid RETURNING \(unescaped: Self.columns)
            """, permit)
    }

    /// Remembers that a name is gone; see ``NameLedger/noteGone(_:permit:)``.
    public func noteGone(_ tenant: TenantID, permit: WorkPermit) async throws -> TenantName? {
        try await self.write(
            """
            UPDATE bulkhead.dns_names n SET gone_at = coalesce(n.gone_at, clock_timestamp())
            WHERE n.tenant_id = \(tenant.uuid)::uuid AND NOT n.wanted RETURNING \(unescaped: Self.columns)
            """, permit)
    }

    /// Remembers that a name was seen again; see ``NameLedger/noteSeen(_:permit:)``.
    public func noteSeen(_ tenant: TenantID, permit: WorkPermit) async throws {
        _ = try await self.write(
            """
            UPDATE bulkhead.dns_names n SET gone_at = NULL WHERE n.tenant_id = \(tenant.uuid)::uuid
            RETURNING \(unescaped: Self.columns)
            """, permit)
    }

    /// Forgets a name that is gone; see ``NameLedger/forget(_:permit:)``.
    public func forget(_ tenant: TenantID, permit: WorkPermit) async throws {
        _ = try await self.write(
            """
            DELETE FROM bulkhead.dns_names n WHERE n.tenant_id = \(tenant.uuid)::uuid AND NOT n.wanted
            RETURNING \(unescaped: Self.columns)
            """, permit)
    }

    /// The tenant's name; see ``NameLedger/name(of:)``.
    public func name(of tenant: TenantID) async throws -> TenantName? {
        try await self.names("WHERE n.tenant_id = \(tenant.uuid)::uuid").first
    }

    /// Names whose wish is not met; see ``NameLedger/open(limit:)``.
    public func open(limit: Int) async throws -> [TenantName] {
        try await self.names("WHERE n.met < n.wish ORDER BY n.changed_at LIMIT \(limit)::int")
    }

    /// All names; see ``NameLedger/enrolled()``.
    public func enrolled() async throws -> [TenantName] {
        _ = try await self.client.query(
            """
            INSERT INTO bulkhead.dns_names (tenant_id, subdomain, wanted)
            SELECT t.id, t.subdomain, true FROM public.tenants t
            WHERE t.status IN ('active', 'readOnly', 'maintenance', 'suspended')
              AND NOT EXISTS (SELECT 1 FROM bulkhead.dns_names n WHERE n.tenant_id = t.id)
            ON CONFLICT DO NOTHING
            """)
        _ = try await self.client.query(
            """
            UPDATE bulkhead.dns_names n SET wanted = false, wish = n.wish + 1, changed_at = clock_timestamp()
            FROM public.tenants t
            WHERE t.id = n.tenant_id AND n.wanted AND t.status IN ('deleted', 'purging', 'purged')
            """)
        _ = try await self.client.query(
            """
            DELETE FROM bulkhead.dns_names n USING public.tenants t
            WHERE t.id = n.tenant_id AND NOT n.wanted AND n.met >= n.wish AND t.status = 'purged'
            """)
        return try await self.names("")
    }

    /// Writes down that records are about to be made; see ``NameLedger/announce(_:)``.
    public func announce(_ outcomes: [NameOutcome]) async throws -> Set<TenantID> {
        let rows = try await self.client.query(
            """
            UPDATE bulkhead.dns_names n SET ttl = greatest(n.ttl, o.ttl)
            FROM jsonb_to_recordset(\(PostgresJSON(outcomes))::jsonb) AS o (tenant uuid, wish bigint, ttl int)
            WHERE n.tenant_id = o.tenant AND n.wish = o.wish
            RETURNING n.tenant_id
            """)
        return Set(try rows.map { TenantID(try $0[0].decode(UUID.self)) })
    }

    /// Writes down what came of wishes; see ``NameLedger/finish(_:)``.
    public func finish(_ outcomes: [NameOutcome]) async throws {
        guard !outcomes.isEmpty else { return }
        _ = try await self.client.query(
            """
            UPDATE bulkhead.dns_names n
            SET met = greatest(n.met, o.wish), met_at = clock_timestamp(),
                conflict = CASE WHEN o.wish = n.wish THEN o.conflict ELSE n.conflict END,
                receipt = CASE WHEN o.wish = n.wish THEN o.receipt ELSE n.receipt END,
                -- The longest that it ever was: what was told long ago may be remembered longer than what is told now.
                ttl = CASE WHEN o."wasNeverMade" THEN NULL ELSE greatest(o.ttl, n.ttl) END
            FROM jsonb_to_recordset(\(PostgresJSON(outcomes))::jsonb)
                AS o (tenant uuid, wish bigint, ttl int, conflict text, receipt text, "wasNeverMade" bool)
            WHERE n.tenant_id = o.tenant AND o.wish <= n.wish
            """)
    }

    // MARK: Rows

    private static let columns =
        """
        n.tenant_id, n.subdomain, n.wanted, n.wish, n.met >= n.wish, n.ttl, n.conflict, n.receipt, n.gone_at,
        (extract(epoch FROM n.gone_at + n.ttl * interval '1 second' - clock_timestamp()) * 1000)::bigint
        """

    private func names(_ condition: PostgresQueryPart) async throws -> [TenantName] {
        let rows = try await self.client.query(
            "SELECT \(unescaped: Self.columns) FROM bulkhead.dns_names n \(part: condition)")
        return try rows.map(Self.name)
    }

    private func write(_ query: PostgresQuery, _ permit: WorkPermit) async throws -> TenantName? {
        try await self.fenced.execute([query], under: permit.fence)[0].first.map(Self.name)
    }

    private static func name(_ row: PostgresRow) throws -> TenantName {
        let (uuid, label) = (try row[0].decode(UUID.self), try row[1].decode(String.self))
        guard let subdomain = Subdomain(stored: label) else { throw CatalogError.unreadable("name of tenant \(uuid)") }
        return TenantName(
            tenant: TenantID(uuid), subdomain: subdomain, isWanted: try row[2].decode(Bool.self),
            wish: try row[3].decode(Int.self), isMet: try row[4].decode(Bool.self), ttl: try row[5].decode(Int?.self),
            conflict: try row[6].decode(String?.self), receipt: try row[7].decode(String?.self),
            goneAt: try row[8].decode(Date?.self),
            remembered: try row[9].decode(Int?.self).map { .milliseconds(max(0, $0)) })
    }
}
