import Postgres

/// Finds rows of a trail that were changed, taken out or put in after they were written.
///
/// A chain cannot see that its end is missing; that takes a copy of the last hash elsewhere.
enum AuditChain {
    /// The sequence numbers at which the catalog's chain breaks; none if it is whole.
    static let catalogBreaks: PostgresQuery = """
        SELECT a.seq FROM (
            SELECT l.*, lag(l.hash, 1, sha256('')) OVER (ORDER BY l.seq) AS expected_prev,
                   row_number() OVER (ORDER BY l.seq) AS expected_seq
            FROM bulkhead.audit_log l) a
        WHERE a.prev_hash <> a.expected_prev OR a.seq <> a.expected_seq
           OR a.hash <> sha256(a.prev_hash || convert_to(jsonb_build_array(a.seq,
               (extract(epoch FROM a.at) * 1000000)::bigint, a.actor, a.action, a.tenant_id, a.details,
               a.request_id)::text, 'UTF8'))
        ORDER BY a.seq LIMIT 10
        """

    /// The same for the tenant in whose session it runs.
    static let tenantBreaks: PostgresQuery = """
        SELECT a.seq FROM (
            SELECT l.*, lag(l.hash, 1, sha256('')) OVER (ORDER BY l.seq) AS expected_prev,
                   row_number() OVER (ORDER BY l.seq) AS expected_seq
            FROM audit_log l) a
        WHERE a.prev_hash <> a.expected_prev OR a.seq <> a.expected_seq
           OR a.hash <> sha256(a.prev_hash || convert_to(jsonb_build_array(a.tenant_id, a.seq,
               (extract(epoch FROM a.at) * 1000000)::bigint, a.actor, a.action, a.subject, a.details,
               a.request_id)::text, 'UTF8'))
        ORDER BY a.seq LIMIT 10
        """
}
