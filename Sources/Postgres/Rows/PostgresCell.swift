/// One cell of a row.
public struct PostgresCell: Sendable {
    @usableFromInline let row: PostgresRow
    @usableFromInline let column: Int?
    /// The name that was asked for, if there is no such column.
    let name: String?

    @usableFromInline
    init(row: PostgresRow, column: Int?, name: String?) {
        self.row = row
        self.column = column
        self.name = name
    }

    /// The name of the column.
    public var columnName: String {
        self.column.map { self.row.storage.columns.columns[$0].name } ?? self.name ?? ""
    }

    /// Whether the cell holds NULL, or does not exist.
    public var isNull: Bool {
        guard let column = self.column else { return true }
        return self.row.storage.isNull(row: self.row.index, column: column)
    }

    /// The text form; nil for NULL.
    public var text: String? {
        self.withBytes { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Reads the cell as a type.
    ///
    /// Throws ``PostgresError/Code/decoding``, naming column and type, never the value.
    @inlinable
    public func decode<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        guard self.column != nil else { throw self.mismatch(type, found: "no such column") }
        return try self.withBytes { bytes in
            guard let bytes else {
                guard let value = Value.postgresNull else { throw self.mismatch(type, found: "NULL") }
                return value
            }
            guard let value = Value.decode(postgresText: bytes) else {
                throw self.mismatch(type, found: "something else")
            }
            return value
        }
    }

    @usableFromInline
    func mismatch<Value: PostgresDecodable>(_ type: Value.Type, found: String) -> PostgresError {
        .decoding(column: self.columnName, expected: Value.postgresTypeName, found: found)
    }

    @inlinable
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>?) throws -> Result) rethrows -> Result {
        guard let column = self.column else { return try body(nil) }
        return try self.row.storage.withBytes(row: self.row.index, column: column, body)
    }
}
