import Postgres
import Tenancy

/// Something worth remembering in a tenant's own trail.
public struct TenantAuditEntry: Sendable {
    /// What was done, as `noun.verb`.
    public var action: String
    /// To what, as `noun:id`.
    public var subject: String?
    /// Details without secrets.
    public var details: [String: String]

    /// An entry.
    ///
    /// - Parameters:
    ///   - action: as `noun.verb` in letters and dots: `invoice.send`.
    ///   - subject: as `noun:id`, at most 200 characters; nil for nothing in particular.
    ///   - details: without secrets.
    public init(action: String, subject: String? = nil, details: [String: String] = [:]) {
        self.action = action
        self.subject = subject
        self.details = details
    }

    /// Adds the entry behind the last one, or no row at all if somebody else has just added one there.
    ///
    /// The hash covers the hash before it and the row as canonical JSON; time counts in microseconds, so that no
    /// setting of the session has a part in it.
    ///
    /// - Parameter unless: a condition under which nothing is added.
    func insertion(
        tenant: TenantID, actor: String, requestID: String?, unless: PostgresQueryPart = "false"
    ) -> PostgresQuery {
        """
        INSERT INTO audit_log (tenant_id, seq, at, actor, action, subject, details, request_id, prev_hash, hash)
        SELECT n.tenant_id, n.seq, n.at, n.actor, n.action, n.subject, n.details, n.request_id, n.prev_hash,
               sha256(n.prev_hash || convert_to(jsonb_build_array(n.tenant_id, n.seq,
                   (extract(epoch FROM n.at) * 1000000)::bigint, n.actor, n.action, n.subject, n.details,
                   n.request_id)::text, 'UTF8'))
        FROM (
            SELECT \(tenant.uuid)::uuid AS tenant_id, coalesce(h.seq, 0) + 1 AS seq, clock_timestamp() AS at,
                   \(actor)::text AS actor, \(self.action)::text AS action, \(self.subject)::text AS subject,
                   \(PostgresJSON(self.details))::jsonb AS details, \(requestID)::text AS request_id,
                   coalesce(h.hash, sha256('')) AS prev_hash
            FROM (SELECT 1) one
            LEFT JOIN LATERAL (
                SELECT a.seq, a.hash FROM audit_log a WHERE a.tenant_id = \(tenant.uuid)::uuid
                ORDER BY a.tenant_id DESC, a.seq DESC LIMIT 1) h ON true
            WHERE NOT (\(part: unless))) n
        ON CONFLICT (tenant_id, seq) DO NOTHING
        """
    }
}

extension TenantSession {
    /// Appends to the tenant's trail; waits for others who are about to, since the chain has one end.
    ///
    /// - Throws: ``DomainError/busy(retryAfterSeconds:)`` if others came first too many times.
    public borrowing func audit(_ entry: TenantAuditEntry) async throws {
        let query = entry.insertion(
            tenant: self.tenant, actor: self.access.principal.auditName, requestID: self.access.requestID)
        // Whoever loses the race for a place has waited for the winner's commit and sees the new end.
        for _ in 0..<32 where try await self.query(query).affectedRows == 1 { return }
        throw DomainError.busy(retryAfterSeconds: 1)
    }
}
