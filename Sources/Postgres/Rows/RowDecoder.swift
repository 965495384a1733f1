import Foundation

/// Reads a `Decodable` value from a row, its properties by column name.
struct RowDecoder: Decoder {
    let row: PostgresRow
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    static func decode<Value: Decodable>(_ type: Value.Type, from row: PostgresRow) throws -> Value {
        if let direct = type as? any PostgresDecodable.Type {
            return try cast(row[0].decode(direct), to: type, row[0])
        }
        return try Value(from: RowDecoder(row: row))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RowContainer<Key>(row: self.row))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw PostgresError.unsupported("A row cannot be read as an array.", outcome: .unknown)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        CellDecoder(cell: self.row[0], codingPath: [])
    }
}

private struct RowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: PostgresRow
    let codingPath: [any CodingKey] = []

    var allKeys: [Key] { self.row.columns.compactMap { Key(stringValue: $0.name) } }

    private func cell(_ key: Key) -> PostgresCell {
        let cell = self.row[key.stringValue]
        return cell.column == nil ? self.row[snakeCase(key.stringValue)] : cell
    }

    func contains(_ key: Key) -> Bool { self.cell(key).column != nil }
    func decodeNil(forKey key: Key) throws -> Bool { self.cell(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try CellDecoder(cell: self.cell(key), codingPath: [key]).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<NestedKey>
    {
        throw PostgresError.unsupported(
            "Nested containers are not supported; nest a Decodable type.", outcome: .unknown)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw PostgresError.unsupported(
            "Nested containers are not supported; nest a Decodable type.", outcome: .unknown)
    }

    func superDecoder() throws -> any Decoder { RowDecoder(row: self.row) }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        CellDecoder(cell: self.cell(key), codingPath: [key])
    }
}

/// `createdAt` becomes `created_at`.
func snakeCase(_ name: String) -> String {
    var snake = ""
    for character in name {
        if character.isUppercase, !snake.isEmpty { snake += "_" }
        snake += character.lowercased()
    }
    return snake
}

private func cast<Found, Value>(_ found: Found, to type: Value.Type, _ cell: PostgresCell) throws -> Value {
    guard let value = found as? Value else {
        throw PostgresError.decoding(column: cell.columnName, expected: "\(type)", found: "something else")
    }
    return value
}

/// Reads one cell: known types directly, anything with an inner structure as JSON.
private struct CellDecoder: Decoder, SingleValueDecodingContainer {
    let cell: PostgresCell
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
    func decodeNil() -> Bool { self.cell.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let direct = type as? any PostgresDecodable.Type {
            return try cast(self.cell.decode(direct), to: type, self.cell)
        }
        do {
            return try Value(from: self)
        } catch is NeedsStructure {
            return try self.decodeStructure(type)
        } catch let error as PostgresError {
            throw error
        } catch {
            // The text of a DecodingError repeats the value.
            throw PostgresError.decoding(
                column: self.cell.columnName, expected: "\(type)", found: "something else")
        }
    }

    private func decodeStructure<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try self.cell.withBytes { bytes in
            // The text of a DecodingError would repeat the value.
            guard let bytes, let value = try? decodeJSON(type, from: bytes) else {
                throw PostgresError.decoding(
                    column: self.cell.columnName, expected: "json of \(type)",
                    found: bytes == nil ? "NULL or no such column" : "something else")
            }
            return value
        }
    }

    /// Thrown towards ``decode(_:)``, never towards a caller.
    private struct NeedsStructure: Error {}

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw NeedsStructure()
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw NeedsStructure()
    }
}
