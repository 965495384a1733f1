/// What a stranger's server says, made fit for logs, tables and pages.
enum ReplyText {
    /// The most characters that are kept.
    static let limit = 500

    /// One line without control, format and private characters; runs of spaces become one.
    static func printable(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var wantsSpace = false
        for scalar in text.unicodeScalars.prefix(self.limit * 4) {
            switch scalar.properties.generalCategory {
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator:
                wantsSpace = !output.isEmpty
            case .format, .privateUse, .surrogate, .unassigned:
                break
            default:
                if wantsSpace { output.append(" ") }
                wantsSpace = false
                output.append(scalar)
            }
        }
        return String(String(output).prefix(self.limit))
    }
}
