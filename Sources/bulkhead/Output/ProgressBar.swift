import Synchronization

/// A line that shows how far long work has come; only where a person watches, and never in a file.
final class ProgressBar: Sendable {
    private static let cells = 30

    private let title: String
    private let isShown: Bool
    private let lastPercent = Mutex(-1)

    /// A bar on standard error.
    init(_ title: String, isShown: Bool = StandardStream.error.isTerminal) {
        self.title = title
        self.isShown = isShown
    }

    /// Shows that `done` of `total` are done.
    func show(_ done: Int, of total: Int) {
        guard self.isShown, total > 0 else { return }
        let percent = done * 100 / total
        let isNews = self.lastPercent.withLock { last in
            defer { last = percent }
            return last != percent
        }
        guard isNews else { return }
        let filled = done * Self.cells / total
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.cells - filled)
        StandardStream.error.writeRaw("\r\(self.title) [\(bar)] \(done)/\(total)")
    }

    /// Clears the line.
    func finish() {
        guard self.isShown, self.lastPercent.withLock({ $0 }) >= 0 else { return }
        StandardStream.error.writeRaw("\r\u{1B}[K")
    }
}
