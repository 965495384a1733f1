public import Foundation

/// The folder of a development instance: its PostgreSQL, its secret, and what it has to remember.
public struct DevelopmentFolder: Sendable {
    /// Where a development instance is if nobody says otherwise.
    public static let standard = ".bulkhead"

    /// The folder.
    public let url: URL

    /// Names a folder, which need not exist.
    public init(_ url: URL) {
        self.url = url.absoluteURL.standardizedFileURL
    }

    /// Whether there is an instance, running or not.
    public var holdsInstance: Bool { FileManager.default.fileExists(atPath: self.recordFile.url.path) }

    /// The port of the HTTP listener at the last start.
    ///
    /// - Throws: ``BootstrapError`` if there is no instance, or what it remembers is damaged.
    public func httpPort() throws -> Int {
        guard let record = try self.record() else { throw BootstrapError.noInstance(self.url.path) }
        return record.httpPort
    }

    var postgres: URL { self.url.appending(path: "postgres", directoryHint: .isDirectory) }
    var secret: URL { self.url.appending(path: "secret") }
    var mailbox: URL { self.url.appending(path: "mailbox", directoryHint: .isDirectory) }
    /// The authority that certifies names on this machine.
    public var tls: URL { self.url.appending(path: "tls", directoryHint: .isDirectory) }
    private var recordFile: PrivateFile { PrivateFile(url: self.url.appending(path: "instance.json")) }

    /// Makes the folder.
    ///
    /// Root's is passable for others, because PostgreSQL does not run as root and has to get to its part of it.
    func make() throws {
        let files = FileManager.default
        let mode = geteuid() == 0 ? 0o711 : 0o700
        do {
            if !files.fileExists(atPath: self.url.path) {
                try files.createDirectory(
                    at: self.url, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
            }
            let ignore = self.url.appending(path: ".gitignore")
            if !files.fileExists(atPath: ignore.path) { try Data("*\n".utf8).write(to: ignore) }
        } catch {
            throw BootstrapError.instanceFile(self.url.path, reason: "cannot be made: \(error.localizedDescription)")
        }
    }

    /// What the instance remembers; nil if there is none.
    func record() throws -> DevelopmentRecord? {
        guard let data = try self.recordFile.read() else { return nil }
        do {
            return try JSONDecoder().decode(DevelopmentRecord.self, from: data)
        } catch {
            throw BootstrapError.instanceFile(
                self.recordFile.url.path, reason: "is damaged; remove \(self.url.path) to start anew")
        }
    }

    func write(_ record: DevelopmentRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try self.recordFile.write(try encoder.encode(record))
    }
}
