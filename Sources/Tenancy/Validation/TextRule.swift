/// What a text must be like: its length, and that it hides nothing.
///
/// Control characters are refused because they split log lines and mail headers; format characters that reorder or
/// hide text (Unicode TR 36) because they make one name look like another.
public struct TextRule: Sendable {
    /// The permitted number of Unicode scalars.
    public var length: ClosedRange<Int>

    /// Whether the text may have several lines; tabs are then permitted too.
    public var allowsLineBreaks: Bool

    /// A rule with this length in Unicode scalars.
    public init(length: ClosedRange<Int>, allowsLineBreaks: Bool = false) {
        self.length = length
        self.allowsLineBreaks = allowsLineBreaks
    }

    /// A name of a company or a person, on one line.
    public static let name = TextRule(length: 1...200)

    /// What is wrong with `text`, or nil; blank text counts as empty.
    public func problem(in text: String) -> String? {
        let scalars = text.unicodeScalars
        if scalars.contains(where: self.isForbidden) { return "must not contain control characters" }
        let blank = scalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
        if self.length.lowerBound > 0, blank { return "must not be empty" }
        if scalars.count < self.length.lowerBound { return "must have at least \(self.length.lowerBound) characters" }
        if scalars.count > self.length.upperBound { return "must have at most \(self.length.upperBound) characters" }
        return nil
    }

    private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        if self.allowsLineBreaks, scalar == "\n" || scalar == "\r" || scalar == "\t" { return false }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        case .format: return scalar != "\u{200D}" && scalar != "\u{200C}"
        default: return false
        }
    }
}
