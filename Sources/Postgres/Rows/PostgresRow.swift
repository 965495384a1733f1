/// One row of a result.
///
/// Cheap to copy; keeps the whole result in memory.
public struct PostgresRow: Sendable {
    @usableFromInline let storage: RowStorage
    @usableFromInline let index: Int

    init(storage: RowStorage, index: Int) {
        self.storage = storage
        self.index = index
    }

    /// The columns, in order.
    public var columns: [PostgresColumn] { self.storage.columns.columns }

    /// The cell in a column, counted from 0.
    ///
    /// A cell that does not exist throws when it is decoded.
    @inlinable
    public subscript(column: Int) -> PostgresCell {
        let isValid = column >= 0 && column < self.storage.columnCount
        return PostgresCell(row: self, column: isValid ? column : nil, name: isValid ? nil : "#\(column)")
    }

    /// The cell in the first column of a name.
    ///
    /// A cell that does not exist throws when it is decoded.
    public subscript(name: String) -> PostgresCell {
        let column = self.storage.columns.index(of: name)
        return PostgresCell(row: self, column: column, name: column == nil ? name : nil)
    }

    /// Reads the leading columns, in order: `let (id, name) = try row.decode(UUID.self, String?.self)`.
    @inlinable
    public func decode<each Value: PostgresDecodable>(_ types: repeat (each Value).Type) throws
        -> (repeat each Value)
    {
        var column = 0
        func next<Type: PostgresDecodable>(_ type: Type.Type) throws -> Type {
            defer { column += 1 }
            return try self[column].decode(type)
        }
        return (repeat try next(each types))
    }

    /// Reads a value whose properties are columns, found by name: as the property is spelt, or in snake case.
    ///
    /// A property that is itself a structure is read from a `json` column. A plain value, such as `Int`, is read from
    /// the first column.
    public func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
        try RowDecoder.decode(type, from: self)
    }
}
