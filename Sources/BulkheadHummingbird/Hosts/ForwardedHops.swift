import Tenancy

/// The addresses in `X-Forwarded-For` or `Forwarded` (RFC 7239), from the right; ends at the first thing that is none.
///
/// Only as much of the value is looked at as is asked for. Read from the right, nothing that stands further left -
/// such as a quotation mark that is never closed - changes what the nearest proxy has appended.
struct ForwardedHops {
    private enum Form {
        case addressList
        case forwarded
    }
    private let form: Form
    private var fields: [Substring]

    /// The values of all `X-Forwarded-For` of a request.
    init(addressList fields: [String]) {
        self.form = .addressList
        self.fields = fields.map { $0[...] }
    }

    /// The values of all `Forwarded` of a request.
    init(forwarded fields: [String]) {
        self.form = .forwarded
        self.fields = fields.map { $0[...] }
    }

    /// The next address to the left; nil if there is none, or none that can be read.
    mutating func next() -> IPAddress? {
        while let field = self.fields.popLast() {
            let (rest, element) = Self.splitLast(field, isQuoted: self.form == .forwarded)
            if let rest { self.fields.append(rest) }
            let text = HeaderList.trimmed(element)
            // Empty elements are allowed in lists, and mean nothing (RFC 9110, section 5.6.1).
            if text.isEmpty { continue }
            let node = self.form == .forwarded ? Self.node(of: text) : text
            let address = node.flatMap(Self.address)
            // Behind something unreadable nothing can be believed.
            if address == nil { self.fields = [] }
            return address
        }
        return nil
    }

    /// The part behind the last comma, and what is before it.
    private static func splitLast(_ field: Substring, isQuoted: Bool) -> (rest: Substring?, element: Substring) {
        let bytes = field.utf8
        var index = bytes.endIndex
        var inQuotes = false
        while index > bytes.startIndex {
            index = bytes.index(before: index)
            if isQuoted, bytes[index] == UInt8(ascii: "\"") { inQuotes.toggle() }
            if bytes[index] == UInt8(ascii: ","), !inQuotes {
                return (field[..<index], field[bytes.index(after: index)...])
            }
        }
        return (nil, field)
    }

    /// The value of the one `for` of an element; nil if there is none, or more than one.
    private static func node(of element: Substring) -> Substring? {
        guard element.utf8.count <= 512 else { return nil }
        var found: Substring?
        for pair in element.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, HeaderList.trimmed(parts[0]).lowercased() == "for" else { continue }
            guard found == nil else { return nil }
            found = HeaderList.trimmed(parts[1])
        }
        guard let value = found else { return nil }
        guard value.utf8.first == UInt8(ascii: "\"") else { return value }
        guard value.utf8.count >= 2, value.utf8.last == UInt8(ascii: "\"") else { return nil }
        return value.dropFirst().dropLast()
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
    private static func address(_ text: Substring) -> IPAddress? {
        // The longest address in brackets with a port.
        guard text.utf8.count <= 53 else { return nil }
        if text.utf8.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let address = text[text.index(after: text.startIndex)..<end]
            guard address.utf8.contains(UInt8(ascii: ":")), Self.isPort(text[text.index(after: end)...]) else {
                return nil
            }
            return IPAddress(String(address))
        }
        if let address = IPAddress(String(text)) { return address }
        guard let colon = text.firstIndex(of: ":"), Self.isPort(text[colon...]) else { return nil }
        let host = String(text[..<colon])
        return host.contains(".") ? IPAddress(host) : nil
    }

    /// Nothing, or a colon with a port behind it.
    private static func isPort(_ text: Substring) -> Bool {
        guard let first = text.utf8.first else { return true }
        let digits = text.utf8.dropFirst()
        return first == UInt8(ascii: ":") && (1...5).contains(digits.count)
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
