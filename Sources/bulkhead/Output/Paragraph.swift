/// Text broken into lines of at most ``width`` columns, at spaces only.
struct Paragraph {
    /// How wide terminals are at least.
    static let width = 80

    let text: String
    var width = Paragraph.width
    /// Put in front of each line after the first.
    var indent = ""

    var lines: [String] {
        self.text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { self.broken(String($0)) }
    }

    /// A line that fits stays as it is, its columns included.
    private func broken(_ line: String) -> [String] {
        guard line.count > self.width else { return [line] }
        var lines: [String] = []
        var current = String(line.prefix { $0 == " " })
        var isStart = true
        for word in line.split(separator: " ") {
            if !isStart, current.count + 1 + word.count > self.width {
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
