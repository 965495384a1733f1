import Foundation

/// The PgBouncer of this machine.
public enum InstalledPgBouncer {
    /// Where it is; nil if it is not installed.
    public static var path: String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            ["/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin"] + path.split(separator: ":").map(String.init)
        return folders.map { $0 + "/pgbouncer" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What it says of its release, such as `PgBouncer 1.18.0` and more lines; nil if it is not installed.
    ///
    /// - Throws: ``LocalServerError`` if it does not say anything.
    public static func version() async throws -> String? {
        guard let path = self.path else { return nil }
        return try await Tool(arguments: [path, "--version"]).output(for: "Asking \(path) for its release")
    }
}
