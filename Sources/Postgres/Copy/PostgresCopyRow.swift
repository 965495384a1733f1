/// One row in the text format of COPY: columns apart by tabs, NULL as `\N`, a line break at the end.
///
/// What would mean something else - tab, line break, carriage return, backslash - is escaped, so that no value can become
/// two columns, two rows, NULL or the end of the data (PostgreSQL manual, COPY, "Text Format"). For COPY with its default
/// options only.
///
/// ```swift
/// let row = try PostgresCopyRow(id, name, email)  // nil is NULL
/// ```
public struct PostgresCopyRow: Sendable, Hashable {
    /// The row as it is sent, with its line break.
    public let bytes: [UInt8]

    /// A row of these values, in the order of the columns.
    ///
    /// Throws ``PostgresError`` with code `encoding` for text with a NUL character, and for values that cannot be encoded.
    public init(_ values: (any PostgresEncodable)?...) throws(PostgresError) {
        try self.init(columns: values)
    }

    /// A row of these values, in the order of the columns.
    ///
    /// Throws as ``init(_:)`` does.
    public init(columns values: [(any PostgresEncodable)?]) throws(PostgresError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 16)
        for (position, value) in values.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: "\t")) }
            try Self.append(value?.postgresBinding ?? .null, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        self.bytes = bytes
    }

    private static func append(_ binding: PostgresBinding, to bytes: inout [UInt8]) throws(PostgresError) {
        try binding.validate()
        switch binding.value {
        case .null: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
        case .text(let text): for byte in text.utf8 { Self.append(byte, to: &bytes) }
        case .bytes(let value): Self.appendHexadecimal(value, to: &bytes)
        case .invalid(let error): throw error
        }
    }

    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
        case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        default: bytes.append(byte)
        }
    }

    /// The hex format of `bytea`, whose backslash is escaped like any other.
    private static func appendHexadecimal(_ value: [UInt8], to bytes: inout [UInt8]) {
        bytes += "\\\\x".utf8
        for byte in value {
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
