import CLibPQ

/// A `PGresult`, freed when its owner lets it go.
struct ServerResult: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes the next result of a connection; nil at the end of a statement.
    init?(nextOf connection: OpaquePointer) {
        guard let pointer = PQgetResult(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQclear(self.pointer)
    }

    var status: ExecStatusType { PQresultStatus(self.pointer) }

    var commandTag: String {
        guard let tag = PQcmdStatus(self.pointer) else { return "" }
        return String(cString: tag)
    }

    func field(_ code: Int32) -> String? {
        PQresultErrorField(self.pointer, code).map { String(cString: $0) }
    }

    /// The columns, or the ones already known of the same statement.
    func columns(known: ColumnSet?) -> ColumnSet {
        let count = Int(PQnfields(self.pointer))
        if let known, known.count == count { return known }
        if count == 0 { return .empty }
        return ColumnSet(
            (0..<Int32(count)).map { column in
                PostgresColumn(
                    name: PQfname(self.pointer, column).map { String(cString: $0) } ?? "",
                    typeID: PQftype(self.pointer, column))
            })
    }

    /// Copies the cells; nil if they are more than 2 GiB.
    func copyRows(columns: ColumnSet) -> RowStorage? {
        let rowCount = Int(PQntuples(self.pointer))
        let tag = self.commandTag
        guard rowCount > 0, columns.count > 0 else {
            return RowStorage(columns: columns, rowCount: rowCount, commandTag: tag, buffer: [])
        }
        var length = 0
        for row in 0..<Int32(rowCount) {
            for column in 0..<Int32(columns.count) { length += Int(PQgetlength(self.pointer, row, column)) }
        }
        let tableLength = rowCount * columns.count * 4
        guard length < Int(RowStorage.nullFlag) else { return nil }
        let buffer = [UInt8](unsafeUninitializedCapacity: tableLength + length) { buffer, initialized in
            self.copyCells(rowCount, columns.count, into: UnsafeMutableRawBufferPointer(buffer), after: tableLength)
            initialized = tableLength + length
        }
        return RowStorage(columns: columns, rowCount: rowCount, commandTag: tag, buffer: buffer)
    }

    private func copyCells(
        _ rowCount: Int, _ columnCount: Int, into buffer: UnsafeMutableRawBufferPointer, after tableLength: Int
    ) {
        guard let table = buffer.baseAddress else { return }
        let cells = table + tableLength
        var entry = 0
        var end = 0
        for row in 0..<Int32(rowCount) {
            for column in 0..<Int32(columnCount) {
                let length = Int(PQgetlength(self.pointer, row, column))
                var mark = UInt32(0)
                if length > 0, let value = PQgetvalue(self.pointer, row, column) {
                    (cells + end).copyMemory(from: value, byteCount: length)
                    end += length
                } else if PQgetisnull(self.pointer, row, column) != 0 {
                    mark = RowStorage.nullFlag
                }
                table.storeBytes(of: UInt32(end) | mark, toByteOffset: entry, as: UInt32.self)
                entry += 4
            }
        }
    }

    /// What the server complained about.
    func serverError(outcome: PostgresError.Outcome) -> PostgresError {
        var details = PostgresError.ServerDetails()
        details.severity = self.field(bulkhead_diag_severity())
        details.message =
            self.field(bulkhead_diag_message_primary())
            ?? PQresultErrorMessage(self.pointer).map { String(cString: $0) }
        details.detail = self.field(bulkhead_diag_message_detail())
        details.hint = self.field(bulkhead_diag_message_hint())
        details.schema = self.field(bulkhead_diag_schema_name())
        details.table = self.field(bulkhead_diag_table_name())
        details.column = self.field(bulkhead_diag_column_name())
        details.constraint = self.field(bulkhead_diag_constraint_name())
        return PostgresError(
            .serverError, "The database refused a statement.",
            sqlState: self.field(bulkhead_diag_sqlstate()).map(SQLState.init(rawValue:)), server: details,
            outcome: outcome)
    }
}
