import Crypto
import Foundation

/// A file of plain SQL statements, split by lines that say `-- statement`.
///
/// Each statement is sent as a message of its own, never several in one string: errors then name the statement, and
/// clusters that intercept DDL see every one.
public struct SQLFile: Sendable, Hashable {
    /// The number at the front of the file's name, an application's times 10,000; files of one kind are numbered from 1
    /// without gaps.
    public let version: Int
    /// The rest of the file's name: `catalog` of `0001_catalog.sql`.
    public let name: String
    /// The statements, in order, without the separating lines.
    public let statements: [String]

    /// By what the numbers of an application's files are multiplied, so that both rows can grow.
    static let applicationStep = 10_000

    /// SHA-256 of the file's bytes in lower-case hexadecimal: shows that an applied file was changed afterwards.
    public let checksum: String

    /// Which files belong together.
    enum Kind: String {
        /// Run by `bulkhead init`, with the rights of whoever runs it.
        case install
        /// The control plane's tables.
        case catalog
        /// One tenant's tables.
        case tenant
    }

    init(name fileName: String, contents: String, step: Int = 1) throws {
        let stem = fileName.hasSuffix(".sql") ? String(fileName.dropLast(4)) : fileName
        let parts = stem.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 4, let version = Int(parts[0]), version > 0 else {
            throw MigrationError.fileName(fileName)
        }
        self.version = version * step
        self.name = String(parts[1])
        self.statements = Self.split(contents)
        self.checksum = SHA256.hash(data: Data(contents.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    /// All files of a kind, in order.
    ///
    /// - Throws: ``MigrationError`` if numbers are missing or a file has no statement.
    static func all(_ kind: Kind) throws -> [SQLFile] {
        guard let folder = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw MigrationError.missingResources
        }
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: kind.rawValue), includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "sql" }
        .map { try SQLFile(name: $0.lastPathComponent, contents: String(contentsOf: $0, encoding: .utf8)) }
        .sorted { $0.version < $1.version }
        for (index, file) in files.enumerated() where file.version != index + 1 || file.statements.isEmpty {
            throw MigrationError.sequence(kind.rawValue, file.version)
        }
        return files
    }

    /// The files in a folder of an application, in no order.
    ///
    /// - Throws: ``MigrationError/folder(_:)`` if there is none, or nothing in it.
    static func application(in folder: URL) throws -> [SQLFile] {
        let urls: [URL]
        do {
            urls = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        } catch {
            throw MigrationError.folder(folder.path)
        }
        let files = try urls.filter { $0.pathExtension == "sql" }.map {
            try SQLFile(
                name: $0.lastPathComponent, contents: String(contentsOf: $0, encoding: .utf8),
                step: Self.applicationStep)
        }
        guard !files.isEmpty else { throw MigrationError.folder(folder.path) }
        return files
    }

    /// The file without the statements about these tables.
    func without(_ tables: Set<String>) -> SQLFile {
        SQLFile(
            version: self.version, name: self.name,
            statements: self.statements.filter { StatementHead($0).map { !tables.contains($0.name) } ?? true },
            checksum: self.checksum)
    }

    private init(version: Int, name: String, statements: [String], checksum: String) {
        self.version = version
        self.name = name
        self.statements = statements
        self.checksum = checksum
    }

    private static func split(_ contents: String) -> [String] {
        var statements: [String] = []
        var current: [Substring]? = nil
        for line in contents.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "-- statement" {
                if let current { statements.append(current.joined(separator: "\n")) }
                current = []
            } else {
                current?.append(line)
            }
        }
        if let current { statements.append(current.joined(separator: "\n")) }
        return statements.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
    }
}
