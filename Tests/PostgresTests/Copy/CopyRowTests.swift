import Foundation
import Postgres
import TestSupport
import Testing

/// Rows in the text format of COPY.
@Suite struct CopyRowTests {
    private static let nasty = [
        "", "\\N", "\\.", "a\tb", "a\nb", "a\r\nb", "\\", "\\\\t", "NULL", "\u{8}\u{b}\u{c}\u{1b}", "ünï\u{1F600}",
        " x ", "\"",
        "'; DROP TABLE t; --", "\\x41", "\\134",
    ]

    @Test func valuesAreEscaped() throws {
        func text(_ values: (any PostgresEncodable)?...) throws -> String {
            String(decoding: try PostgresCopyRow(columns: values).bytes, as: UTF8.self)
        }
        #expect(try text("a\tb", nil, 5) == "a\\tb\t\\N\t5\n")
        #expect(try text("\\N") == "\\\\N\n")
        #expect(try text("\\.") == "\\\\.\n")
        #expect(try text([0x00, 0xff] as [UInt8]) == "\\\\x00ff\n")
        #expect(try text("") == "\n")
        #expect(try text(Optional<String>.none) == "\\N\n")
    }

    @Test func aNULIsRefused() {
        #expect(throws: PostgresError.self) { _ = try PostgresCopyRow("a\u{0}b") }
    }

    @Test func everyValueComesBackAsItWas() async throws {
        try await withClient { client, database in
            try await database.execute(
                "CREATE TABLE t (n int, a text, b text, raw bytea, flag bool, id uuid, list text[])")
            let id = UUID()
            let rows = try Self.nasty.enumerated().map { number, text in
                try PostgresCopyRow(
                    number, text, number % 2 == 0 ? text : nil, Array(text.utf8), number % 2 == 0, id, [text, "x"])
            }
            let count = try await client.withTransaction { transaction in
                try await transaction.copyIn(
                    "COPY t (n, a, b, raw, flag, id, list) FROM STDIN", rows: AsyncValues(rows))
            }
            #expect(count == Self.nasty.count)
            let found = try await client.query("SELECT n, a, b, raw, flag, id, list FROM t ORDER BY n")
            for (row, text) in zip(found, Self.nasty) {
                let number = try row[0].decode(Int.self)
                #expect(try row[1].decode(String.self) == text)
                #expect(try row[2].decode(String?.self) == (number % 2 == 0 ? text : nil))
                #expect(try row[3].decode([UInt8].self) == Array(text.utf8))
                #expect(try row[4].decode(Bool.self) == (number % 2 == 0))
                #expect(try row[5].decode(UUID.self) == id)
                #expect(try row[6].decode([String].self) == [text, "x"])
            }
        }
    }
}
