import Foundation
import Testing

@testable import Postgres

/// Rows made by hand, in the layout of ``RowStorage``.
private func rows(_ columns: [String], _ cells: [[String?]]) -> PostgresRows {
    var table: [UInt8] = []
    var bytes: [UInt8] = []
    for cell in cells.joined() {
        bytes += Array((cell ?? "").utf8)
        let mark = UInt32(bytes.count) | (cell == nil ? RowStorage.nullFlag : 0)
        withUnsafeBytes(of: mark) { table += Array($0) }
    }
    return PostgresRows(
        storage: RowStorage(
            columns: ColumnSet(columns.map { PostgresColumn(name: $0, typeID: 25) }), rowCount: cells.count,
            commandTag: "SELECT \(cells.count)", buffer: table + bytes))
}

private struct Address: Codable, Sendable, Equatable {
    var city: String
}

private enum Kind: String, Decodable { case small, large }

private struct Client: Decodable, Equatable {
    var id: Int
    var fullName: String
    var createdAt: Date?
    var kind: Kind
    var address: Address?
    var tags: [String]
}

@Suite struct RowTests {
    @Test func cellsAreFoundByPlaceAndName() throws {
        let found = rows(["a", "b", "a"], [["1", nil, "3"], ["", "5", "6"]])
        #expect(found.count == 2)
        #expect(try found[0]["a"].decode(Int.self) == 1)
        #expect(try found[0][2].decode(Int.self) == 3)
        #expect(found[0][1].isNull)
        #expect(found[1][0].text == "")
        let (first, second, third) = try found[1].decode(String.self, Int?.self, Int.self)
        #expect(first == "" && second == 5 && third == 6)
        #expect(try found.decode(String.self, Int?.self)[1].1 == 5)
        #expect(found.affectedRows == 2)
    }

    @Test func errorsNameColumnAndTypeAndNothingElse() {
        let found = rows(["secret_count"], [["hunter2"], [nil]])
        for (row, word) in [(0, "something else"), (1, "NULL")] {
            let error = #expect(throws: PostgresError.self) { try found[row][0].decode(Int.self) }
            #expect(error?.code == .decoding)
            let text = String(reflecting: error ?? .overloaded)
            #expect(text.contains("secret_count") && text.contains("integer") && text.contains(word))
            #expect(!text.contains("hunter2"))
        }
        #expect(throws: PostgresError.self) { try found[0][7].decode(Int?.self) }
        #expect(throws: PostgresError.self) { try found[0]["x"].decode(Int?.self) }
        #expect(throws: PostgresError.self) { try found.only() }
    }

    @Test func structuresAreReadByName() throws {
        let found = rows(
            ["id", "full_name", "created_at", "kind", "address", "tags"],
            [
                ["7", "Ann", "2024-01-01 00:00:00+00", "small", #"{"city":"Oslo"}"#, "{a,b}"],
                ["8", "Bob", nil, "large", nil, "{}"],
            ])
        let clients = try found.decode(as: Client.self)
        #expect(clients[0].fullName == "Ann")
        #expect(clients[0].address == Address(city: "Oslo"))
        #expect(clients[0].createdAt == Date(timeIntervalSince1970: 1_704_067_200))
        #expect(clients[1] == Client(id: 8, fullName: "Bob", createdAt: nil, kind: .large, address: nil, tags: []))
        #expect(try found[0].decode(Int.self) == 7)
    }

    @Test func aStructureThatDoesNotFitIsAnErrorWithoutItsValue() {
        let found = rows(
            ["id", "full_name", "created_at", "kind", "address", "tags"],
            [["7", "Ann", nil, "hunter2", nil, "{}"]])
        let error = #expect(throws: PostgresError.self) { try found[0].decode(as: Client.self) }
        #expect(error?.code == .decoding)
        let text = String(reflecting: error ?? .overloaded)
        #expect(text.contains("kind") && !text.contains("hunter2"))
    }

    @Test func camelCaseBecomesSnakeCase() {
        #expect(snakeCase("createdAt") == "created_at")
        #expect(snakeCase("id") == "id")
    }
}
