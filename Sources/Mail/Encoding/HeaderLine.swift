/// A header and what it holds, folded (RFC 5322, section 2.2.3) so that no line has more than 76 bytes if it can be
/// helped.
struct HeaderLine {
    let name: String
    /// What is separated by one space, at which a line may be folded.
    let tokens: [String]

    init(name: String, tokens: [String]) {
        self.name = name
        self.tokens = tokens
    }

    /// A header of free text.
    init(name: String, text: String) {
        self.name = name
        self.tokens = HeaderText.plainWords(text) ?? EncodedWord.encode(text, firstColumn: name.utf8.count + 2)
    }

    /// A header with one address.
    init(name: String, address: MailAddress) {
        self.name = name
        guard let display = address.name else {
            self.tokens = [address.address]
            return
        }
        self.tokens = Self.phrase(display, firstColumn: name.utf8.count + 2) + ["<\(address.address)>"]
    }

    /// The header's lines, each with its CRLF.
    var folded: String {
        var output = "\(self.name):"
        var column = output.utf8.count
        for (index, token) in self.tokens.enumerated() {
            let length = token.utf8.count
            if index > 0, column + 1 + length > 76 {
                output += "\r\n"
                column = 0
            }
            output += " " + token
            column += 1 + length
        }
        return output + "\r\n"
    }

    /// A display name: atoms, a quoted string, or encoded words.
    private static func phrase(_ text: String, firstColumn: Int) -> [String] {
        guard let words = HeaderText.plainWords(text), text.utf8.count <= 60 else {
            return EncodedWord.encode(text, firstColumn: firstColumn)
        }
        if words.allSatisfy({ $0.utf8.allSatisfy(AddressSyntax.isAtomByte) }) { return words }
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return ["\"\(escaped)\""]
    }
}
