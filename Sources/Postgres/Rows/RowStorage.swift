/// The cells of a result, copied once out of libpq's memory into one buffer.
///
/// The buffer begins with a table: for each cell the place after its last byte, with the highest bit set for NULL. The
/// bytes of the cells follow in row order.
final class RowStorage: Sendable {
    static let nullFlag: UInt32 = 1 << 31

    let columns: ColumnSet
    let rowCount: Int
    let commandTag: String
    private let buffer: [UInt8]

    init(columns: ColumnSet, rowCount: Int, commandTag: String, buffer: [UInt8]) {
        self.columns = columns
        self.rowCount = rowCount
        self.commandTag = commandTag
        self.buffer = buffer
    }

    func isNull(row: Int, column: Int) -> Bool {
        let cell = row * self.columns.count + column
        return self.buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: cell * 4, as: UInt32.self) }
            & Self.nullFlag != 0
    }

    /// The bytes of a cell in text format; nil for NULL.
    ///
    /// They must not leave the closure.
    func withBytes<Result>(row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>?) throws -> Result) rethrows
        -> Result
    {
        let cell = row * self.columns.count + column
        return try self.buffer.withUnsafeBytes { bytes in
            let end = bytes.loadUnaligned(fromByteOffset: cell * 4, as: UInt32.self)
            guard end & Self.nullFlag == 0 else { return try body(nil) }
            let tableEnd = self.rowCount * self.columns.count * 4
            var start = UInt32(0)
            if cell > 0 {
                start = bytes.loadUnaligned(fromByteOffset: (cell - 1) * 4, as: UInt32.self) & ~Self.nullFlag
            }
            let range = tableEnd + Int(start)..<tableEnd + Int(end)
            return try body(UnsafeRawBufferPointer(rebasing: bytes[range]).bindMemory(to: UInt8.self))
        }
    }
}
