import Foundation
import Testing

@testable import Postgres

@Suite struct PostgresQueryTests {
    @Test func interpolationBinds() {
        let name = "'; DROP TABLE x; --"
        let query: PostgresQuery = "SELECT \(1) WHERE a = \(name) AND b = \(nil as Int?) AND c = \(true)"
        #expect(query.sql == "SELECT $1 WHERE a = $2 AND b = $3 AND c = $4")
        #expect(query.bindings.elementsEqual([.text("1"), .text(name), .null, .text("t")]) { $0.isEqual(to: $1) })
        #expect(query.isPrepared)
        #expect(!query.unprepared().isPrepared)
    }

    @Test func namesAreQuoted() {
        let query: PostgresQuery = "SELECT * FROM \(identifier: "a\"b") ORDER BY \(unescaped: "1 DESC")"
        #expect(query.sql == "SELECT * FROM \"a\"\"b\" ORDER BY 1 DESC")
    }

    @Test func partsKeepTheirValues() {
        let condition: PostgresQueryPart = "x = \(5) AND y = \("z")"
        let both: PostgresQueryPart = "(\(part: condition)) OR \(identifier: "q")"
        let query: PostgresQuery = "SELECT \(1) WHERE \(part: both) LIMIT \(9)\(part: .empty)"
        #expect(query.sql == "SELECT $1 WHERE (x = $2 AND y = $3) OR \"q\" LIMIT $4")
        #expect(query.bindings.count == 4)
    }

    @Test func aNULCharacterIsRefused() {
        #expect(throws: PostgresError.self) { try PostgresQuery("SELECT \("a\0b")").validate() }
        #expect(throws: PostgresError.self) { try PostgresQuery(unsafeSQL: "SELECT 1\0").validate() }
        #expect(throws: PostgresError.self) {
            try PostgresQuery(unsafeSQL: "", bindings: Array(repeating: .null, count: 65_536)).validate()
        }
    }

    @Test func beginSaysWhatItMeans() {
        #expect(PostgresTransactionOptions.readWrite.beginStatement.sql == "BEGIN READ WRITE")
        let options = PostgresTransactionOptions(access: .readOnly, isolation: .serializable, isDeferrable: true)
        #expect(options.beginStatement.sql == "BEGIN READ ONLY ISOLATION LEVEL SERIALIZABLE DEFERRABLE")
    }

    @Test func configurationsHideThePassword() {
        let configuration = PostgresConfiguration(connectionString: "postgresql://u:secret@h/d")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])"] {
            #expect(!text.contains("secret"))
        }
    }
}
