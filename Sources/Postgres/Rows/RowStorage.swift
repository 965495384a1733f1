/// The cells of a result, copied once out of libpq's memory into one buffer.
///
/// The buffer begins with a table: for each cell the place after its last byte, with the highest bit set for NULL. The
/// bytes of the cells follow in row order.
///
/// Reading is inlinable here and above: a page has hundreds of cells, and generic code that is not specialised where it
/// is used asks the runtime for its types with each of them.
@usableFromInline
final class RowStorage: Sendable {
    static let nullFlag: UInt32 = 1 << 31

    let columns: ColumnSet
    @usableFromInline let columnCount: Int
    @usableFromInline let rowCount: Int
    let commandTag: String
    @usableFromInline let buffer: [UInt8]

    init(columns: ColumnSet, rowCount: Int, commandTag: String, buffer: [UInt8]) {
        self.columns = columns
        self.columnCount = columns.count
        self.rowCount = rowCount
        self.commandTag = commandTag
        self.buffer = buffer
    }

    func isNull(row: Int, column: Int) -> Bool {
        let cell = row * self.columnCount + column
        return self.buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: cell * 4, as: UInt32.self) }
            & Self.nullFlag != 0
    }

    /// The bytes of a cell in text format; nil for NULL.
    ///
    /// They must not leave the closure.
    @inlinable
    func withBytes<Result>(row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>?) throws -> Result) rethrows
        -> Result
    {
        let cell = row * self.columnCount + column
        return try self.buffer.withUnsafeBufferPointer { bytes in
            let table = UnsafeRawBufferPointer(bytes)
            let end = table.loadUnaligned(fromByteOffset: cell * 4, as: UInt32.self)
            // The highest bit marks NULL.
            guard end >> 31 == 0 else { return try body(nil) }
            let tableEnd = self.rowCount * self.columnCount * 4
            var start = UInt32(0)
            if cell > 0 {
                start = table.loadUnaligned(fromByteOffset: (cell - 1) * 4, as: UInt32.self) & 0x7FFF_FFFF
            }
            return try body(UnsafeBufferPointer(rebasing: bytes[tableEnd + Int(start)..<tableEnd + Int(end)]))
        }
    }
}
