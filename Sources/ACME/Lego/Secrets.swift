import Foundation

/// Texts that must not be shown, and what takes them out of others.
struct Secrets: Sendable {
    private let forms: [String]

    init(_ values: [String]) {
        // In addresses and in quoted texts of Go a value may look different.
        let forms = values.flatMap { value in
            [
                value, value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value,
                value.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? value,
                value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""),
            ]
        }
        // The longest first: one may be a part of another.
        self.forms = Set(forms).filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text with `***` for each secret, and without control characters that a terminal would obey.
    func scrub(_ text: String) -> String {
        let visible = String(
            text.unicodeScalars.map { scalar -> Character in
                scalar == "\n" || !scalar.properties.generalCategory.isControl ? Character(scalar) : " "
            })
        return self.forms.reduce(visible) { $0.replacing($1, with: "***") }
    }
}

extension Unicode.GeneralCategory {
    /// Control and format characters: the latter change the direction of what follows.
    fileprivate var isControl: Bool { self == .control || self == .format }
}
