public import Foundation

extension String: PostgresEncodable, PostgresDecodable {
    /// The text.
    ///
    /// NUL characters are refused when it is sent.
    public var postgresBinding: PostgresBinding { .text(self) }
    /// Any type has a text form.
    public static var postgresTypeName: String { "text" }
    /// Reads UTF-8.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> String? {
        String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring: PostgresEncodable {
    /// The text.
    public var postgresBinding: PostgresBinding { .text(String(self)) }
}

private let hexadecimal = Array("0123456789abcdef".utf8)

/// The value of a hexadecimal digit of either case; nil for anything else.
@inline(__always)
func hexadecimalValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    /// The 36 characters of RFC 9562, lower-case.
    public var postgresBinding: PostgresBinding { .text(self.lowercaseText) }
    /// `uuid`.
    public static var postgresTypeName: String { "uuid" }

    var lowercaseText: String {
        withUnsafeBytes(of: self.uuid) { bytes in
            String(unsafeUninitializedCapacity: 36) { text in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    text[position] = hexadecimal[Int(byte >> 4)]
                    text[position + 1] = hexadecimal[Int(byte & 15)]
                    position += 2
                }
                return 36
            }
        }
    }

    /// Reads 32 hexadecimal digits with four hyphens in their places.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard bytes.count == 36 else { return nil }
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isValid = withUnsafeMutableBytes(of: &value) { target -> Bool in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    guard bytes[position] == UInt8(ascii: "-") else { return false }
                    position += 1
                }
                guard let high = hexadecimalValue(bytes[position]), let low = hexadecimalValue(bytes[position + 1])
                else { return false }
                target[index] = high << 4 | low
                position += 2
            }
            return true
        }
        return isValid ? UUID(uuid: value) : nil
    }
}
