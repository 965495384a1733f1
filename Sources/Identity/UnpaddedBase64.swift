/// Base64 without padding, in canonical form only: one text for one sequence of bytes (RFC 4648, sections 3.5, 4, 5).
///
/// Foundation's decoder accepts trailing bits that are not zero, so that several texts mean the same bytes; a token
/// that has been refused under one spelling could come back under another (RFC 8725, section 2.7).
struct UnpaddedBase64: Sendable {
    /// The alphabet of JOSE and of links: `-` and `_` (RFC 7515, section 2).
    static let url = UnpaddedBase64(last: (UInt8(ascii: "-"), UInt8(ascii: "_")))
    /// The alphabet of password hashes in the PHC string format: `+` and `/`.
    static let standard = UnpaddedBase64(last: (UInt8(ascii: "+"), UInt8(ascii: "/")))

    private let digits: [UInt8]
    private let values: [UInt8]

    private init(last: (UInt8, UInt8)) {
        let common = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        self.digits = common + [last.0, last.1]
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in self.digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
    }

    /// The one text for `bytes`.
    func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(self.digits[Int(bits >> UInt32(count) & 0x3F)])
            }
        }
        if count > 0 { text.append(self.digits[Int(bits << UInt32(6 - count) & 0x3F)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes for `text`; nil if ``encode(_:)`` never makes that text.
    func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for digit in text {
            let value = self.values[Int(digit)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}
