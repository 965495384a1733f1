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
        self.isSafe(text) && text.utf8.count <= 800 && text.contains { $0 != " " }
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
