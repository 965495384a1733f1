import Foundation

/// The files of one private cluster: made once, configured at every start.
struct PostgresCluster: Sendable {
    static let superuser = "postgres"

    let folder: ServerFolder
    let installation: PostgresInstallation

    var data: URL { folder.home.appendingPathComponent("data", isDirectory: true) }
    private var passwordFile: URL { folder.directory.appendingPathComponent("superuser-password") }
    private var portFile: URL { folder.directory.appendingPathComponent("port") }

    /// The major version of the data in a folder; nil if there are none yet.
    static func majorVersion(in folder: ServerFolder) -> Int? {
        let file = folder.home.appendingPathComponent("data/PG_VERSION")
        // No such file is the ordinary case of a new folder.
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Makes the cluster unless it exists, and returns the superuser's password.
    ///
    /// `initdb` works in a folder of its own, which gets its final name last: a folder called `data` is whole.
    func prepare(durable: Bool, lifetime: LocalPostgres.Lifetime) async throws -> String {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: folder.home.path) where name.hasPrefix("data.new-") {
            try files.removeItem(at: folder.home.appendingPathComponent(name))
        }
        if files.fileExists(atPath: data.path) {
            return try String(contentsOf: passwordFile, encoding: .utf8)
        }
        let password = Self.randomPassword()
        let draft = folder.home.appendingPathComponent("data.new-\(UUID().uuidString)", isDirectory: true)
        try await initialise(draft, password: password, durable: durable, lifetime: lifetime)
        try ServerFolder.write(password, to: passwordFile, owner: nil)
        guard rename(draft.path, data.path) == 0 else { throw LocalServerError.system("cannot make \(data.path)") }
        return password
    }

    private func initialise(
        _ draft: URL, password: String, durable: Bool, lifetime: LocalPostgres.Lifetime
    ) async throws {
        let secret = folder.home.appendingPathComponent("initial-password")
        try ServerFolder.write(password, to: secret, owner: folder.user)
        defer { unlink(secret.path) }
        #if os(macOS)
            let locale = "C"
        #else
            let locale = "C.UTF-8"
        #endif
        var command = [
            installation.program("initdb"), "-D", draft.path, "--username=\(Self.superuser)",
            "--pwfile=\(secret.path)", "--encoding=UTF8", "--locale=\(locale)",
            "--auth-host=scram-sha-256", "--auth-local=scram-sha-256",
        ]
        if !durable { command.append("--no-sync") }
        let start = ServerLog(folder.log)
        let tool = try GuardedProcess(
            command, user: folder.user, log: folder.log, lastSignal: "KILL",
            removing: lifetime == .temporary ? [folder.directory, folder.home] : [draft])
        let status = try await tool.wait()
        guard status.isSuccess else {
            throw LocalServerError(
                .startFailed, "initdb could not make a database cluster in \(folder.directory.path) (\(status)).",
                details: start.text)
        }
        let configuration = draft.appendingPathComponent("postgresql.conf")
        let handle = try FileHandle(forWritingTo: configuration)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("\ninclude 'bulkhead.conf'\n".utf8))
        try handle.close()
    }

    /// The port of the last start; nil for a new folder.
    var lastPort: Int? {
        // No such file is the ordinary case of a new folder.
        (try? String(contentsOf: portFile, encoding: .utf8)).flatMap { Int($0) }
    }

    /// Writes the settings for the next start.
    func configure(port: Int, sockets: URL, settings: [String: String]) throws {
        var all = [
            "listen_addresses": "127.0.0.1",
            "port": String(port),
            "unix_socket_directories": sockets.path,
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        ]
        all.merge(settings) { $1 }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) = \(Self.quoted($0.value))" }
        try ServerFolder.write(
            "# Written at every start.\n" + lines.joined(separator: "\n") + "\n",
            to: data.appendingPathComponent("bulkhead.conf"), owner: folder.user)
        try ServerFolder.write(String(port), to: portFile, owner: nil)
    }

    /// A value in postgresql.conf; see "Parameter Interaction via the Configuration File" in PostgreSQL's manual.
    private static func quoted(_ value: String) -> String {
        let escaped = value.replacing("\\", with: "\\\\").replacing("'", with: "''").replacing("\n", with: "\\n")
        return "'\(escaped)'"
    }

    /// 192 random bits in hexadecimal digits, which need no escaping anywhere.
    static func randomPassword() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<24).map { _ in
            let byte = String(UInt8.random(in: .min ... .max, using: &generator), radix: 16)
            return byte.count == 1 ? "0" + byte : byte
        }.joined()
    }
}
