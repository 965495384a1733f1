public import Foundation

/// `bytea`. Other arrays: ``PostgresArrayElement``.
extension Data: PostgresEncodable, PostgresDecodable {
    /// The bytes, in binary.
    public var postgresBinding: PostgresBinding { .bytes(Array(self)) }
    /// `bytea`.
    public static var postgresTypeName: String { "bytea" }
    /// Reads the hex format (manual, section 8.4.1).
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Data? {
        decodeBytea(bytes).map { Data($0) }
    }
}

func decodeBytea(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard bytes.count >= 2, bytes.count % 2 == 0, bytes[0] == UInt8(ascii: "\\"), bytes[1] == UInt8(ascii: "x")
    else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count / 2 - 1)
    var position = 2
    while position < bytes.count {
        guard let high = hexadecimalValue(bytes[position]), let low = hexadecimalValue(bytes[position + 1]) else {
            return nil
        }
        decoded.append(high << 4 | low)
        position += 2
    }
    return decoded
}
