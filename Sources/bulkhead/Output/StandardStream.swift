import Foundation

/// Standard output or standard error, written at once.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    /// Whether a person watches.
    var isTerminal: Bool { isatty(self.descriptor) == 1 }

    /// Writes text and, unless it ends with one, a line break.
    func write(_ text: String) {
        self.writeRaw(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Writes text as it is; a reader who has gone is no reason to fail.
    func writeRaw(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(self.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
