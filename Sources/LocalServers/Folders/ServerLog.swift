import Foundation

/// A server's log file, seen from a point on.
struct ServerLog: Sendable {
    private let file: URL
    private let start: UInt64
    /// The most that is read of it: enough for a start, little enough for an error message.
    private static let limit: UInt64 = 16_384
    /// From this size on, a log is put aside before the server starts again.
    private static let rotationSize: UInt64 = 16_777_216

    /// Remembers where the log ends now.
    init(_ file: URL) {
        self.file = file
        start = Self.size(of: file)
    }

    /// Puts a big log aside, in place of the one put aside before.
    static func rotate(_ file: URL) {
        if size(of: file) > rotationSize { rename(file.path, file.path + ".1") }
    }

    /// What was written since, or the last part of it; empty if the log cannot be read.
    var text: String {
        // Read for an error message, which must not fail for want of a log.
        guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
        let end = Self.size(of: file)
        let from = end > start + Self.limit ? end - Self.limit : min(start, end)
        // As above.
        guard (try? handle.seek(toOffset: from)) != nil, let data = try? handle.readToEnd() else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func size(of file: URL) -> UInt64 {
        var information = stat()
        return stat(file.path, &information) == 0 ? UInt64(information.st_size) : 0
    }
}
