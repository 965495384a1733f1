/// What is accepted as an address and as a domain, byte by byte: ASCII only.
enum AddressSyntax {
    /// A dot-atom, `@` and a domain; at most 64 bytes before the `@`, 254 in all (RFC 5321, section 4.5.3.1).
    static func isAddress(_ text: String) -> Bool {
        guard text.utf8.count <= 254 else { return false }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count <= 64 && self.isDotAtom(parts[0]) && self.isDomain(parts[1])
    }

    /// Labels of letters, digits and hyphens, separated by dots; one label is enough.
    static func isDomain(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard (1...253).contains(text.count) else { return false }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// Atoms separated by dots (RFC 5322, section 3.2.3).
    static func isDotAtom(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty
            && text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy(self.isAtomByte)
            }
    }

    /// `atext` of RFC 5322.
    static func isAtomByte(_ byte: UInt8) -> Bool {
        self.isLetterOrDigit(byte) || self.marks.contains(byte)
    }

    private static let marks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
