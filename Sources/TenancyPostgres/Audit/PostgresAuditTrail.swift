public import Postgres
public import Tenancy

/// The catalog's trail in `bulkhead.audit_log`.
public struct PostgresAuditTrail: AuditTrail {
    private static let lockKey = 0x6175_6469_7421

    private let client: PostgresClient

    /// A trail through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// Appends an event; see ``AuditTrail/record(_:)``.
    public func record(_ event: AuditEvent) async throws {
        var batch = PostgresBatch(Self.queries(event))
        batch.transaction = .explicit(.readWrite)
        _ = try await self.client.execute(batch)
    }

    /// Appends an event with the work that it is about: both or neither.
    static func append(_ event: AuditEvent, in transaction: borrowing PostgresTransaction) async throws {
        _ = try await transaction.execute(Self.queries(event))
    }

    /// The lock makes writers queue: a chain has one end.
    private static func queries(_ event: AuditEvent) -> [PostgresQuery] {
        [
            "SELECT pg_advisory_xact_lock(\(Self.lockKey)::bigint)",
            """
            INSERT INTO bulkhead.audit_log (seq, at, actor, action, tenant_id, details, request_id, prev_hash, hash)
            SELECT n.seq, n.at, n.actor, n.action, n.tenant_id, n.details, n.request_id, n.prev_hash,
                   sha256(n.prev_hash || convert_to(jsonb_build_array(n.seq,
                       (extract(epoch FROM n.at) * 1000000)::bigint, n.actor, n.action, n.tenant_id, n.details,
                       n.request_id)::text, 'UTF8'))
            FROM (
                SELECT coalesce(h.seq, 0) + 1 AS seq, clock_timestamp() AS at, \(event.actor)::text AS actor,
                       \(event.action)::text AS action, \(event.tenant?.uuid)::uuid AS tenant_id,
                       \(PostgresJSON(event.details))::jsonb AS details, \(event.requestID)::text AS request_id,
                       coalesce(h.hash, sha256('')) AS prev_hash
                FROM (SELECT 1) one
                LEFT JOIN LATERAL (SELECT a.seq, a.hash FROM bulkhead.audit_log a ORDER BY a.seq DESC LIMIT 1) h
                    ON true) n
            """,
        ]
    }
}
