public import Foundation
public import Postgres
public import Tenancy

/// The last looks at the zone, in `bulkhead.dns_reports`.
public struct PostgresZoneReports: ZoneReportRepository {
    private let client: PostgresClient

    /// Reports through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) { self.client = client }

    /// Replaces the last report; see ``ZoneReportRepository/save(_:as:)``.
    public func save(_ report: ZoneReport, as kind: ZoneReportKind) async throws {
        _ = try await self.client.query(
            """
            INSERT INTO bulkhead.dns_reports (kind, report) VALUES (\(kind.rawValue), \(PostgresJSON(report))::jsonb)
            ON CONFLICT (kind) DO UPDATE SET report = excluded.report, at = clock_timestamp()
            """)
    }

    /// How old the last report is; see ``ZoneReportRepository/age(of:)``.
    public func age(of kind: ZoneReportKind) async throws -> Duration? {
        let rows = try await self.client.query(
            """
            SELECT (extract(epoch FROM clock_timestamp() - at) * 1000)::bigint FROM bulkhead.dns_reports
            WHERE kind = \(kind.rawValue) AND report->'failure' IS NULL
            """)
        return try rows.first.map { .milliseconds(try $0[0].decode(Int.self)) }
    }

    /// The last reports; see ``ZoneReportRepository/reports()``.
    public func reports() async throws -> [ZoneReportKind: (report: ZoneReport, at: Date)] {
        let rows = try await self.client.query("SELECT kind, report, at FROM bulkhead.dns_reports")
        var reports: [ZoneReportKind: (report: ZoneReport, at: Date)] = [:]
        for row in rows {
            let (kind, report, at) = try row.decode(String.self, PostgresJSON<ZoneReport>.self, Date.self)
            if let kind = ZoneReportKind(rawValue: kind) { reports[kind] = (report.value, at) }
        }
        return reports
    }
}
