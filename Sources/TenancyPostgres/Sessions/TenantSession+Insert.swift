public import Postgres

extension TenantSession {
    /// Inserts many rows, as they come, many in one statement; returns how many.
    ///
    /// It takes the place of `COPY ... FROM STDIN`, which a tenant's session has not: PostgreSQL refuses COPY into a table
    /// with row-level security ("COPY FROM not supported with row-level security", SQLSTATE 0A000), and every table of a
    /// tenant has it. Here the policies look at each row: one of another tenant is refused (42501), and with it the
    /// whole transaction.
    ///
    /// The sequence is asked for the next rows when those before are in the database; at most about a quarter of a megabyte
    /// of them is in memory, or one row.
    ///
    /// - Parameters:
    ///   - table: its name, in the tenant's schema.
    ///   - columns: names of columns, in the order of the values; `tenant_id` is one of them.
    ///   - rows: as many values each as there are columns; nil is NULL.
    /// - Throws: `PostgresError`; what the sequence throws. The transaction is then good for nothing but its end.
    @discardableResult
    public borrowing func insert<Rows: AsyncSequence>(
        into table: String, columns: [String], rows: Rows
    ) async throws -> Int where Rows.Element == [(any PostgresEncodable)?] {
        var block = InsertBlock(sql: try await self.insertion(into: table, columns), columns: columns.count)
        var count = 0
        for try await row in rows {
            try block.append(row)
            if block.isFull { count += try await self.send(&block) }
        }
        if block.rowCount > 0 { count += try await self.send(&block) }
        return count
    }

    private borrowing func send(_ block: inout InsertBlock) async throws -> Int {
        let count = block.rowCount
        _ = try await self.query(block.takeQuery())
        return count
    }

    /// Asks for the types of the columns: a value in text form becomes what it is by a cast.
    ///
    /// Without their limits, such as the 3 of `varchar(3)`: a cast that is written out cuts what is too long, where the
    /// assignment to the column refuses it (PostgreSQL, "Value Storage").
    private borrowing func insertion(into table: String, _ columns: [String]) async throws -> String {
        let name = Self.quoted(table)
        let found = try await self.query(
            """
            SELECT a.attname::text, format_type(a.atttypid, -1) FROM pg_attribute a
            WHERE a.attrelid = \(name)::regclass AND a.attnum > 0 AND NOT a.attisdropped
            """)
        var types: [String: String] = [:]
        for row in found { types[try row[0].decode(String.self)] = try row[1].decode(String.self) }
        var casts: [String] = []
        for (index, column) in columns.enumerated() {
            guard let type = types[column] else { throw InsertError.unknownColumn }
            casts.append("r.c\(index + 1)::\(type)")
        }
        guard !casts.isEmpty else { throw InsertError.noColumns }
        let numbers = columns.indices.map { $0 + 1 }
        return """
            INSERT INTO \(name) (\(columns.map(Self.quoted).joined(separator: ", "))) \
            SELECT \(casts.joined(separator: ", ")) \
            FROM unnest(\(numbers.map { "$\($0)::text[]" }.joined(separator: ", "))) \
            AS r(\(numbers.map { "c\($0)" }.joined(separator: ", ")))
            """
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

/// Rows on their way into one statement, column by column.
private struct InsertBlock {
    private static let byteLimit = 256 * 1024
    private static let rowLimit = 5_000

    let sql: String
    private(set) var rowCount = 0
    private var columns: [PostgresTextColumn]

    init(sql: String, columns: Int) {
        self.sql = sql
        self.columns = Array(repeating: PostgresTextColumn(), count: columns)
    }

    var isFull: Bool {
        self.rowCount >= Self.rowLimit || self.columns.reduce(0) { $0 + $1.byteCount } >= Self.byteLimit
    }

    mutating func append(_ row: [(any PostgresEncodable)?]) throws {
        guard row.count == self.columns.count else { throw InsertError.wrongCount }
        for (index, value) in row.enumerated() { try self.columns[index].append(value) }
        self.rowCount += 1
    }

    mutating func takeQuery() -> PostgresQuery {
        let query = PostgresQuery(unsafeSQL: self.sql, bindings: self.columns.map(\.binding))
        self.columns = Array(repeating: PostgresTextColumn(), count: self.columns.count)
        self.rowCount = 0
        return query
    }
}

/// Rows that do not fit what they are to be inserted into.
public enum InsertError: Error, Hashable, CustomStringConvertible {
    /// The table has no column of that name.
    case unknownColumn
    /// No column was named.
    case noColumns
    /// A row has more or fewer values than there are columns.
    case wrongCount

    /// What happened.
    public var description: String {
        switch self {
        case .unknownColumn: "a column was named that the table does not have"
        case .noColumns: "no column was named"
        case .wrongCount: "a row has more or fewer values than columns were named"
        }
    }
}
