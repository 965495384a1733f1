/// A text of one string as zone files have it: in quotes, with a backslash before quotes and backslashes (RFC 1035,
/// section 5.1).
struct QuotedText: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    /// Reads the one string; nil if there is another, or an escape by number.
    init?(presentation: String) {
        guard presentation.count >= 2, presentation.first == "\"", presentation.last == "\"" else { return nil }
        var text = ""
        var isEscaped = false
        for character in presentation.dropFirst().dropLast() {
            switch (character, isEscaped) {
            case ("\\", false): isEscaped = true
            case ("\"", false): return nil
            default:
                guard !isEscaped || !character.isNumber else { return nil }
                text.append(character)
                isEscaped = false
            }
        }
        guard !isEscaped else { return nil }
        self.text = text
    }

    var presentation: String {
        let escaped = self.text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
