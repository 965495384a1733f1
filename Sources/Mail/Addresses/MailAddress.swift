/// Whom a mail is from or to: an address, and the name that people see.
///
/// Both are safe in a header and on a command line of SMTP: no control character gets in, so none can begin another
/// header or another recipient.
public struct MailAddress: Hashable, Sendable {
    /// The name that mail programs show, at most 256 bytes of UTF-8; nil if there is none.
    public let name: String?
    /// The address: `local@domain`, ASCII, at most 254 bytes; the case of the local part is kept.
    public let address: String

    /// Takes an address and a name.
    ///
    /// - Parameters:
    ///   - name: Any text without control characters; blank is the same as nil. One that is longer than fits is cut
    ///     off: a mail to somebody with a long name is still a mail to somebody.
    ///   - address: A dot-atom, `@` and a domain (RFC 5321, section 4.1.2, without quotes, comments and literals). The
    ///     domain may have a single label, such as `localhost`.
    /// - Throws: ``MailError`` with code `invalidAddress` or `invalidName`.
    public init(name: String? = nil, address: String) throws(MailError) {
        guard AddressSyntax.isAddress(address) else {
            throw MailError(.invalidAddress, "An e-mail address must look like name@example.com.")
        }
        let name = name.map(Self.trimmed) ?? ""
        guard HeaderText.isSafe(name) else { throw MailError(.invalidName, "A name in a mail must be one line.") }
        self.name = name.isEmpty ? nil : HeaderText.cut(name, to: Self.nameLimit)
        self.address = address
    }

    /// Reads what people write into configuration: `name@example.com` or `Some Name <name@example.com>`.
    ///
    /// The name may be in double quotes.
    /// - Throws: ``MailError`` with code `invalidAddress` or `invalidName`.
    public init(parsing text: String) throws(MailError) {
        let text = Self.trimmed(text)
        guard text.utf8.last == UInt8(ascii: ">"), let open = text.lastIndex(of: "<") else {
            try self.init(address: text)
            return
        }
        var name = Self.trimmed(String(text[..<open]))
        if name.utf8.count >= 2, name.first == "\"", name.last == "\"" {
            name = Self.unquoted(name.dropFirst().dropLast())
        }
        try self.init(name: name, address: String(text[text.index(after: open)...].dropLast()))
    }

    /// The most bytes of a name; in base64 that is some six lines of a header.
    private static let nameLimit = 256

    private static func trimmed(_ text: String) -> String {
        // Spaces and tabs only: a line break at either end is refused, not repaired.
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = scalars.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return String(scalars[first...last])
    }

    private static func unquoted(_ text: Substring) -> String {
        var escaped = false
        return String(
            text.filter { character in
                escaped = character == "\\" && !escaped
                return !escaped
            })
    }
}

extension MailAddress: CustomStringConvertible {
    /// As people write it: `Some Name <name@example.com>`, or the address alone.
    public var description: String { self.name.map { "\($0) <\(self.address)>" } ?? self.address }

    /// The domain of the address.
    public var domain: String { String(self.address[self.address.index(after: self.address.lastIndex(of: "@")!)...]) }
}
