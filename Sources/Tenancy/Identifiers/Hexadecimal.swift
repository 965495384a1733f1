package import Foundation

/// The lower-case hexadecimal form of bytes: ids are written with every request.
package enum Hexadecimal {
    /// The digit of a number from 0 to 15.
    @inline(__always)
    package static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    /// The 36 characters of RFC 9562.
    package static func text(_ uuid: UUID) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            withUnsafeBytes(of: uuid.uuid) { bytes in
                var at = 0
                for index in bytes.indices {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    text[at] = Self.digit(bytes[index] >> 4)
                    text[at + 1] = Self.digit(bytes[index] & 0xF)
                    at += 2
                }
                return at
            }
        }
    }

    /// The 16 digits of a number.
    package static func text(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { text in
            for at in 0..<16 { text[at] = Self.digit(UInt8(truncatingIfNeeded: number >> (60 - 4 * at)) & 0xF) }
            return 16
        }
    }
}
