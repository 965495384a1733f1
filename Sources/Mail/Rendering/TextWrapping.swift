/// Wraps paragraphs at a column; words, and so links, stay whole.
enum TextWrapping {
    static func wrapped(_ text: String, columns: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { self.wrapped(line: $0, columns: columns) }
            .joined(separator: "\n")
    }

    private static func wrapped(line: Substring, columns: Int) -> String {
        guard line.count > columns else { return String(line) }
        let indent = String(line.prefix { $0 == " " })
        var lines: [String] = []
        var current = ""
        for word in line.split(separator: " ") {
            if current.isEmpty {
                current = indent + word
            } else if current.count + 1 + word.count <= columns {
                current += " " + word
            } else {
                lines.append(current)
                current = indent + word
            }
        }
        return (lines + [current]).joined(separator: "\n")
    }
}
