public import Foundation

/// The server programs of one PostgreSQL version on this machine.
public struct PostgresInstallation: Hashable, Sendable {
    /// The oldest version that is looked for.
    public static let oldestMajorVersion = 15

    /// The folder with `postgres`, `initdb` and `psql`.
    public let binDirectory: URL
    /// 15 for 15.20.
    public let majorVersion: Int

    /// The newest installation, or the one with this major version.
    ///
    /// Looks in Debian's `/usr/lib/postgresql/*/bin`, in the Red Hat packages' `/usr/pgsql-*/bin`, in Homebrew's
    /// folders and in `PATH`.
    ///
    /// - Throws: ``LocalServerError`` with code `notInstalled`, naming the package to install.
    public static func find(majorVersion: Int? = nil) async throws -> PostgresInstallation {
        var best: PostgresInstallation?
        for folder in candidates() {
            guard let found = try await PostgresInstallation(checking: folder) else { continue }
            guard found.majorVersion >= oldestMajorVersion else { continue }
            guard majorVersion == nil || majorVersion == found.majorVersion else { continue }
            if found.majorVersion > best?.majorVersion ?? 0 { best = found }
        }
        if let best { return best }
        let wanted = majorVersion.map(String.init) ?? "\(oldestMajorVersion) or newer"
        let package = majorVersion.map { "postgresql-\($0)" } ?? "postgresql"
        throw LocalServerError(
            .notInstalled,
            "The PostgreSQL server, version \(wanted), is not installed. Install it: apt-get install \(package)")
    }

    /// A program's absolute path.
    func program(_ name: String) -> String { binDirectory.appendingPathComponent(name).path }

    /// Nil if the folder holds no server with its tools.
    private init?(checking folder: URL) async throws {
        let programs = ["postgres", "initdb", "psql", "pg_isready"]
        let files = FileManager.default
        guard programs.allSatisfy({ files.isExecutableFile(atPath: folder.appendingPathComponent($0).path) })
        else { return nil }
        // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
        let server = Tool(arguments: [folder.appendingPathComponent("postgres").path, "--version"])
        let words = try await server.output(for: "Asking PostgreSQL for its version").split(separator: " ")
        guard let number = words.first(where: { $0.first?.isNumber == true }),
            let version = Int(number.prefix { $0.isNumber })
        else { return nil }
        binDirectory = folder
        majorVersion = version
    }

    private static func candidates() -> [URL] {
        let places = [
            ("/usr/lib/postgresql", ""), ("/usr", "pgsql-"),
            ("/opt/homebrew/opt", "postgresql"), ("/usr/local/opt", "postgresql"),
        ]
        var folders: [String] = []
        for (parent, prefix) in places {
            // A folder that does not exist holds no installation.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
            folders += names.filter { $0.hasPrefix(prefix) }.map { "\(parent)/\($0)/bin" }
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        folders += path.split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)
        return folders.map { URL(fileURLWithPath: $0, isDirectory: true) }
    }
}
