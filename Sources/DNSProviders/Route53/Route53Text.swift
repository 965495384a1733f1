import DNS

/// Texts as Route 53 writes them: bytes that are special as a backslash and three octal digits (Developer Guide, "DNS
/// domain name format" and "TXT record type").
enum Route53Text {
    /// A name; nil if it is none of ours.
    static func name(_ text: String) -> DomainName? {
        guard let bytes = self.unescaped(Array(text.utf8)[...]) else { return nil }
        // Only the octal form of a dot or a space could be taken for something else, and neither is in a label of ours.
        guard !bytes.contains(where: { $0.isEscaped && [UInt8(ascii: "."), 0x20].contains($0.byte) }) else {
            return nil
        }
        return DomainName(String(decoding: bytes.map(\.byte), as: UTF8.self))
    }

    /// The strings of a TXT value, without their quotes; nil if it is not written in quotes.
    static func strings(_ value: String) -> [[UInt8]]? {
        var strings: [[UInt8]] = []
        var rest = Array(value.utf8)[...]
        while true {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            guard let first = rest.first else { return strings.isEmpty ? nil : strings }
            guard first == UInt8(ascii: "\""), let end = self.closingQuote(in: rest.dropFirst()),
                let bytes = self.unescaped(rest[(rest.startIndex + 1)..<end])
            else { return nil }
            strings.append(bytes.map(\.byte))
            rest = rest[(end + 1)...]
        }
    }

    /// A text of one string as a TXT value.
    static func value(_ text: String) -> String {
        // The backslash by its number: the one form of it that the documentation gives.
        "\"\(text.replacing("\\", with: "\\134").replacing("\"", with: "\\\""))\""
    }

    private static func closingQuote(in bytes: ArraySlice<UInt8>) -> Int? {
        var isEscaped = false
        for index in bytes.indices {
            if isEscaped {
                isEscaped = false
            } else if bytes[index] == UInt8(ascii: "\\") {
                isEscaped = true
            } else if bytes[index] == UInt8(ascii: "\"") {
                return index
            }
        }
        return nil
    }

    /// - Returns: nil if a backslash has nothing behind it, or a number that is no byte.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [(byte: UInt8, isEscaped: Bool)]? {
        var result: [(byte: UInt8, isEscaped: Bool)] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append((byte, false))
                continue
            }
            guard let next = rest.first else { return nil }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) else {
                result.append((rest.removeFirst(), true))
                continue
            }
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            guard digits.utf8.count == 3, let number = UInt8(digits, radix: 8) else { return nil }
            rest = rest.dropFirst(3)
            result.append((number, true))
        }
        return result
    }
}
