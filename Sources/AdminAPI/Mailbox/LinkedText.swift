import BulkheadHummingbird

/// Text as HTML in which web addresses can be clicked; everything else is shown as it is.
enum LinkedText {
    private static let schemes = ["https://", "http://"]
    /// What often stands behind an address and rarely belongs to it.
    private static let trailing: Set<Unicode.Scalar> = [".", ",", ";", ":", "!", "?", ")", "]", "'", "\""]

    /// The HTML of `text`.
    static func html(_ text: String) -> String {
        var output = ""
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            let word = rest.prefix { !$0.properties.isWhitespace }
            output += Self.word(Substring(word))
            rest = rest[word.endIndex...]
            let space = rest.prefix { $0.properties.isWhitespace }
            output += HTMLText.escaped(Substring(space))
            rest = rest[space.endIndex...]
        }
        return output
    }

    private static func word(_ word: Substring) -> String {
        let starts = Self.schemes.compactMap { word.firstRange(of: $0)?.lowerBound }
        guard let start = starts.min() else { return HTMLText.escaped(word) }
        var address = word[start...].unicodeScalars.prefix { !"<>\"".unicodeScalars.contains($0) }
        while let last = address.last, Self.trailing.contains(last) { address.removeLast() }
        let link = HTMLText.escaped(Substring(address))
        return HTMLText.escaped(word[..<start]) + #"<a href="\#(link)" rel="noreferrer">\#(link)</a>"#
            + HTMLText.escaped(word[address.endIndex...])
    }
}
