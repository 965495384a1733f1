import Foundation
import Postgres
import TestSupport
import Testing

/// Values on their way to the server and back.
@Suite struct TypeTests {
    private struct Settings: Codable, Sendable, Equatable {
        var locale: String
        var limits: [String: Int]
    }

    private struct Everything: Decodable, Equatable {
        var flag: Bool
        var small: Int16
        var number: Int
        var ratio: Double
        var amount: Decimal
        var identifier: UUID
        var takenAt: Date
        var picture: Data
        var tags: [String]
        var ids: [UUID]
        var settings: Settings
        var missing: String?
    }

    @Test func everyTypeSurvives() async throws {
        try await withClient { client, database in
            try await database.execute(
                """
                CREATE TABLE t (flag bool, small int2, number int8, ratio float8, amount numeric(20, 5), identifier uuid,
                    taken_at timestamptz, picture bytea, tags text[], ids uuid[], settings jsonb, missing text)
                """)
            let value = Everything(
                flag: true, small: -7, number: .max, ratio: 0.1, amount: Decimal(string: "-12345.67891") ?? 0,
                identifier: UUID(), takenAt: Date(timeIntervalSince1970: 1_709_251_199.123456),
                picture: Data([0, 255, 39]),
                tags: ["a,b", "\"", ""], ids: [UUID(), UUID()],
                settings: Settings(locale: "nb", limits: ["users": 3]), missing: nil)
            _ = try await client.query(
                """
                INSERT INTO t VALUES (\(value.flag), \(value.small), \(value.number), \(value.ratio), \(value.amount),
                    \(value.identifier), \(value.takenAt), \(value.picture), \(value.tags), \(value.ids),
                    \(PostgresJSON(value.settings)), \(value.missing))
                """)
            let found = try await client.query("SELECT * FROM t").only().decode(as: Everything.self)
            #expect(found.takenAt.timeIntervalSince(value.takenAt).magnitude < 0.000_000_5)
            #expect(found.settings == value.settings && found.ids == value.ids && found.tags == value.tags)
            #expect(found.amount == value.amount && found.picture == value.picture && found.ratio == value.ratio)
            #expect(found.number == value.number && found.small == value.small && found.missing == nil)
            let found2 = try await client.query(
                "SELECT count(*) FROM t WHERE taken_at = \(value.takenAt) AND identifier = ANY (\([value.identifier]))")
            #expect(try found2.value(Int.self) == 1)
        }
    }

    @Test func anyTimeZoneIsUnderstood() async throws {
        try await withClient { client, _ in
            let date = Date(timeIntervalSince1970: 1_000_000_000.000001)
            for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns"] {
                let rows = try await client.execute(
                    PostgresBatch(["SELECT set_config('TimeZone', \(zone), true)", "SELECT \(date)::timestamptz"]))
                #expect(try rows[1].value(Date.self).timeIntervalSince(date).magnitude < 0.000_000_5)
            }
        }
    }

    @Test func nullAndWrongTypesAreErrors() async throws {
        try await withClient { client, _ in
            let rows = try await client.query("SELECT NULL::int AS empty, 'x' AS word")
            #expect(throws: PostgresError.self) { try rows[0]["empty"].decode(Int.self) }
            #expect(throws: PostgresError.self) { try rows[0]["word"].decode(Int.self) }
            #expect(try rows[0]["empty"].decode(Int?.self) == nil)
            #expect(rows.columns.map(\.typeID) == [23, 25])
        }
    }
}
