import Foundation
import Testing

@testable import Postgres

private func decode<Value: PostgresDecodable>(_ type: Value.Type, _ text: String) -> Value? {
    Array(text.utf8).withUnsafeBufferPointer { Value.decode(postgresText: $0) }
}

private func text(_ value: some PostgresEncodable) -> String? {
    if case .text(let text) = value.postgresBinding.value { text } else { nil }
}

@Suite struct ValueTests {
    @Test(arguments: ["", "-", "+", "1a", " 1", "9223372036854775808", "-9223372036854775809", "1.0"])
    func whatIsNoIntegerIsRefused(text: String) {
        #expect(decode(Int.self, text) == nil)
    }

    @Test func integersKeepTheirRange() {
        #expect(decode(Int.self, "-9223372036854775808") == .min)
        #expect(decode(Int64.self, "9223372036854775807") == .max)
        #expect(decode(Int16.self, "32767") == .max)
        #expect(decode(Int16.self, "32768") == nil)
        #expect(decode(Int32.self, "-2147483648") == .min)
        #expect(text(Int.min) == "-9223372036854775808")
    }

    @Test func floatingPointIsWrittenTheServersWay() {
        #expect(text(Double.infinity) == "Infinity")
        #expect(text(-Double.infinity) == "-Infinity")
        #expect(text(Double.nan) == "NaN")
        #expect(decode(Double.self, "Infinity") == .infinity)
        #expect(decode(Double.self, "1e-300") == 1e-300)
        #expect(decode(Double.self, "x") == nil)
    }

    @Test func decimalsAreExact() {
        #expect(
            decode(Decimal.self, "-12345678901234567890.123456789")
                == Decimal(string: "-12345678901234567890.123456789"))
        #expect(decode(Decimal.self, "1x") == nil)
        #expect(decode(Decimal.self, String(repeating: "9", count: 39)) == nil)
        #expect(text(Decimal(string: "0.10") ?? 0) == "0.1")
    }

    @Test func truthIsOneLetter() {
        #expect(text(true) == "t")
        #expect(decode(Bool.self, "f") == false)
        #expect(decode(Bool.self, "true") == true)
        #expect(decode(Bool.self, "1") == nil)
    }

    @Test func identifiersAreLowerCase() throws {
        let id = try #require(UUID(uuidString: "0123ABCD-89EF-4567-89AB-CDEF01234567"))
        #expect(text(id) == "0123abcd-89ef-4567-89ab-cdef01234567")
        #expect(decode(UUID.self, "0123abcd-89ef-4567-89ab-CDEF01234567") == id)
        #expect(decode(UUID.self, "0123abcd-89ef-4567-89ab-cdef0123456") == nil)
        #expect(decode(UUID.self, "0123abcd089ef-4567-89ab-cdef01234567") == nil)
        #expect(decode(UUID.self, "0123abcg-89ef-4567-89ab-cdef01234567") == nil)
    }

    @Test func bytesAreHexadecimal() {
        #expect(decode([UInt8].self, "\\x00ffA0") == [0, 255, 160])
        #expect(decode([UInt8].self, "\\x") == [])
        #expect(decode([UInt8].self, "\\x0") == nil)
        #expect(decode([UInt8].self, "x00") == nil)
        #expect(decode(Data.self, "\\x0g") == nil)
    }

    @Test func arraysEscape() {
        let array = ["a", "", "NULL", "b,c", "d\"e\\f", "{}", "é"]
        #expect(decode([String].self, text(array) ?? "") == array)
        #expect(decode([String].self, "{}") == [])
        #expect(decode([Int].self, "{1,-2,3}") == [1, -2, 3])
        #expect(decode([String?].self, "{a,NULL,\"NULL\"}") == ["a", nil, "NULL"])
        #expect(text([1, nil] as [Int?]) == "{\"1\",NULL}")
    }

    @Test(arguments: [
        "", "{", "}", "{a", "{a,}", "{,a}", "{{a}}", "{\"a}", "{\"a\\", "{a}b", "{a\"b\"}", "{NULL}", "[0:1]={1,2}",
    ])
    func whatIsNoArrayIsRefused(text: String) {
        #expect(decode([String].self, text) == nil)
    }

    @Test func jsonRoundTrips() {
        struct Settings: Codable, Sendable, Equatable {
            var name: String
            var at: Date
        }
        let value = PostgresJSON(Settings(name: "a/b", at: Date(timeIntervalSince1970: 0)))
        #expect(text(value) == #"{"at":"1970-01-01T00:00:00Z","name":"a/b"}"#)
        #expect(decode(PostgresJSON<Settings>.self, text(value) ?? "") == value)
        #expect(decode(PostgresJSON<Settings>.self, "{}") == nil)
        #expect(throws: PostgresError.self) { try PostgresQuery("\(PostgresJSON(Double.nan))").validate() }
    }

    @Test func namedValuesAreStoredByTheirText() {
        enum Status: String, PostgresEncodable, PostgresDecodable { case active, readOnly }
        #expect(text(Status.readOnly) == "readOnly")
        #expect(decode(Status.self, "active") == .active)
        #expect(decode(Status.self, "other") == nil)
    }
}
