import Foundation
import Postgres
import Tenancy

/// Why nobody gets a name now that no tenant in service has: it belonged to one not long ago.
struct NameHold: Sendable {
    let quarantine: NameQuarantine

    /// Whether nothing holds the name, as a condition of a statement.
    func isAbsent(_ subdomain: Subdomain) -> PostgresQueryPart {
        "NOT EXISTS (\(part: self.holders(subdomain)))"
    }

    /// Why the name was refused.
    ///
    /// - Returns: nil if nothing holds it.
    func refusal(of subdomain: Subdomain, in transaction: borrowing PostgresTransaction) async throws -> DomainError? {
        let rows = try await transaction.query("\(part: self.holders(subdomain))")
        guard let row = rows.first else { return nil }
        let (since, isGone, now) = try row.decode(Date.self, Bool.self, Date.self)
        let end = self.quarantine.end(from: since)
        guard end > now else {
            return .taken(
                field: "/subdomain", detail: "belongs to a deleted tenant whose data are kept; choose another name")
        }
        let detail =
            isGone
            ? "is in quarantine since its tenant was removed; it is free from \(Self.day(end)) on"
            : "belongs to a deleted tenant whose data are kept; it is free from \(Self.day(end)) on at the earliest"
        return .reserved(field: "/subdomain", detail: detail + "; choose another name", until: end)
    }

    private func holders(_ subdomain: Subdomain) -> PostgresQueryPart {
        """
        SELECT r.released_at, true, clock_timestamp() FROM bulkhead.released_names r
        WHERE r.subdomain = \(subdomain.description)
          AND r.released_at + \(self.quarantine.days)::int * interval '24 hours' > clock_timestamp()
        UNION ALL
        SELECT coalesce(t.deleted_at, t.updated_at), false, clock_timestamp() FROM public.tenants t
        WHERE t.subdomain = \(subdomain.description) AND t.status IN ('deleting', 'deleted', 'purging')
        """
    }

    /// The first day on which the name is certainly free, in UTC.
    private static func day(_ date: Date) -> String {
        date.addingTimeInterval(86_400).formatted(.iso8601.year().month().day())
    }
}
