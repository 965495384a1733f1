/// The answer to one statement: its rows, all in memory, and its command tag.
public struct PostgresRows: Sendable {
    let storage: RowStorage

    /// An answer without rows.
    static let none = PostgresRows(
        storage: RowStorage(columns: .empty, rowCount: 0, commandTag: "", buffer: []))

    /// The columns, in order.
    public var columns: [PostgresColumn] { self.storage.columns.columns }

    /// The command tag, such as `INSERT 0 1` (manual, section 55.7, CommandComplete).
    public var commandTag: String { self.storage.commandTag }

    /// How many rows the statement inserted, changed, removed or returned: the number at the end of the command tag.
    public var affectedRows: Int {
        let tag = self.storage.commandTag
        guard let space = tag.lastIndex(of: " ") else { return 0 }
        return Int(tag[tag.index(after: space)...]) ?? 0
    }

    /// The only row; throws if there are none or several.
    public func only() throws -> PostgresRow {
        guard self.count == 1 else {
            throw PostgresError(
                .decoding, "A query returned \(self.count) rows where one was expected.", outcome: .unknown)
        }
        return self[0]
    }

    /// Reads each row as a value whose properties are columns.
    public func decode<Value: Decodable>(as type: Value.Type) throws -> [Value] {
        try self.map { try $0.decode(as: type) }
    }

    /// Reads the leading columns of each row, in order.
    public func decode<each Value: PostgresDecodable>(_ types: repeat (each Value).Type) throws
        -> [(repeat each Value)]
    {
        try self.map { try $0.decode(repeat each types) }
    }
}

extension PostgresRows: RandomAccessCollection {
    /// The first position: 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { self.storage.rowCount }
    /// A row.
    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < self.storage.rowCount, "row out of range")
        return PostgresRow(storage: self.storage, index: position)
    }
}
