/// Text broken into lines of at most 80 columns, at spaces only.
struct Paragraph {
    private static let width = 80

    let text: String
    /// Put in front of each line after the first.
    var indent = ""

    var lines: [String] {
        self.text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { self.broken(String($0)) }
    }

    private func broken(_ line: String) -> [String] {
        var lines: [String] = []
        var current = String(line.prefix { $0 == " " })
        var isStart = true
        for word in line.split(separator: " ") {
            if !isStart, current.count + 1 + word.count > Self.width {
                lines.append(current)
                current = self.indent + word
            } else {
                current += isStart ? String(word) : " \(word)"
            }
            isStart = false
        }
        return lines + [current]
    }
}
