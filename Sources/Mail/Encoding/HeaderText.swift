/// What may stand in a header at all, and what may stand there as it is.
enum HeaderText {
    /// Whether a text has no control character and no separator of lines or paragraphs.
    ///
    /// By scalars: to Swift, CR LF is one character, which is neither CR nor LF.
    static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: true
            }
        }
    }

    /// Whether a text is a subject: one line that says something.
    static func isSubject(_ text: String) -> Bool {
        self.isSafe(text) && text.contains { $0 != " " }
    }

    /// As much of a text as fits into so many bytes of UTF-8, and an ellipsis if that is not all.
    ///
    /// No character is cut in two, unless it is one that does not fit by itself: there is no end to the accents that one
    /// may have.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let ellipsis = "\u{2026}"
        var room = limit - ellipsis.utf8.count
        func fits(_ length: Int) -> Bool {
            room -= length
            return room >= 0
        }
        var kept = String(text.prefix { fits($0.utf8.count) })
        if kept.isEmpty {
            room = limit - ellipsis.utf8.count
            kept = String(String.UnicodeScalarView(text.unicodeScalars.prefix { fits(UTF8.width($0)) }))
        }
        while kept.last == " " { kept.removeLast() }
        return kept + ellipsis
    }

    /// Words that need no encoding, or nil if the text needs it.
    ///
    /// Not as they are: anything but ASCII, what looks like an encoded word, words too long to fold, and spaces that
    /// folding and unfolding would change.
    static func plainWords(_ text: String) -> [String]? {
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        return words.allSatisfy { (1...60).contains($0.utf8.count) } ? words : nil
    }
}
