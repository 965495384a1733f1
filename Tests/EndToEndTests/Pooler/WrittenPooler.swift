import Foundation
import LocalServers
import PgBouncer
import Synchronization
import TestSupport
import Testing

/// A PgBouncer that runs with the files that `bulkhead pgbouncer config` has written, and nothing else.
final class WrittenPooler: Sendable {
    /// Where it listens, on 127.0.0.1.
    let port: Int
    /// Its files.
    let folder: URL
    /// What the command said.
    let outcome: BuiltCommand.Outcome
    private let log: URL
    private let process: Mutex<GuardedProcess?>

    /// Lends one in front of a deployment's database.
    ///
    /// - Parameters:
    ///   - options: more of the command's.
    ///   - isStarted: whether it runs.
    static func use(
        _ deployment: Deployment, _ options: [String] = [], isStarted: Bool = true,
        _ body: (WrittenPooler) async throws -> Void
    ) async throws {
        let parent = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(
            at: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        defer { Self.remove(parent) }
        let folder = parent.appendingPathComponent("pooler")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        if let user = try UnprivilegedUser.current() { try #require(chown(folder.path, user.uid, user.gid) == 0) }
        let port = try FreePort.reserve()
        let outcome = try await deployment.command(
            ["pgbouncer", "config", "--output", folder.path, "--port", "\(port)", "--socket-folder", folder.path]
                + options)
        try #require(outcome.status == 0, "\(outcome.testDescription)")
        let pooler = WrittenPooler(port: port, folder: folder, outcome: outcome)
        if isStarted { try await pooler.start() }
        do {
            try await body(pooler)
        } catch {
            try await pooler.stop()
            throw error
        }
        try await pooler.stop()
    }

    private init(port: Int, folder: URL, outcome: BuiltCommand.Outcome) {
        self.port = port
        self.folder = folder
        self.outcome = outcome
        self.log = folder.deletingLastPathComponent().appendingPathComponent("pooler.log")
        self.process = Mutex(nil)
    }

    /// The options of a pooler whose user list has what PostgreSQL keeps.
    static func superuser(_ deployment: Deployment) -> [String] { ["--superuser-url", deployment.superuserURL] }

    /// Starts it, and waits until it listens.
    func start() async throws {
        let program = try #require(InstalledPgBouncer.path, "apt-get install pgbouncer")
        let process = try GuardedProcess(
            [program, self.path("pgbouncer.ini")], user: try UnprivilegedUser.current(), log: self.log,
            lastSignal: "KILL")
        self.process.withLock { $0 = process }
        try await eventually(within: .seconds(30)) { !FreePort.isFree(self.port) || process.status != nil }
        try #require(process.status == nil, "\(self.said)")
    }

    /// Kills it; whoever is connected is cut off.
    func stop() async throws {
        guard let process = self.process.withLock({ $0 }) else { return }
        process.signal("KILL")
        _ = try await process.wait()
        self.process.withLock { $0 = nil }
    }

    /// Stops it in the middle of whatever it does.
    func pause() async throws { try await self.process.withLock { $0 }?.pause() }

    /// Lets it go on.
    func resume() { self.process.withLock { $0 }?.resume() }

    /// The path of one of its files.
    func path(_ name: String) -> String { self.folder.appendingPathComponent(name).path }

    /// What one of its files holds.
    func text(_ name: String) throws -> String { try String(contentsOfFile: self.path(name), encoding: .utf8) }

    /// What it has logged.
    var said: String {
        // Made when it is started.
        (try? String(contentsOf: self.log, encoding: .utf8)) ?? "(nothing)"
    }

    /// How `bulkhead_app` reaches a deployment's database through it.
    func appURL(_ deployment: Deployment, query: String = "") throws -> String {
        var url = try #require(URLComponents(string: deployment.appURL))
        url.port = self.port
        return try #require(url.string) + query
    }

    /// What a server needs to go through it.
    func settings(_ deployment: Deployment) throws -> [String: String] {
        ["APP_DATABASE_URL": try self.appURL(deployment), "PREPARED_STATEMENTS": "false"]
    }

    /// Gives an order as its administrator, who is its own system user at its Unix socket.
    func administer(_ order: String) async throws -> BuiltCommand.Outcome {
        let prefix = try UnprivilegedUser.current()?.prefix ?? ["/usr/bin/env"]
        let psql = try StartedProgram(
            prefix[0],
            prefix.dropFirst() + [
                "psql", "-X", "-h", self.folder.path, "-p", "\(self.port)", "-U", "pgbouncer", "-d", "pgbouncer",
                "-Atc",
                order,
            ])
        return BuiltCommand.Outcome(status: await psql.waitForEnd(), output: psql.output, errors: psql.errors)
    }

    /// How it is doing, as the command says it.
    func status(_ deployment: Deployment) async throws -> PoolerStatus {
        let outcome = try await deployment.command(
            ["pgbouncer", "status", "--url-file", self.path("status.url"), "--json"])
        try #require(outcome.status == 0, "\(outcome.testDescription)")
        return try outcome.decoded(PoolerStatus.self)
    }

    private static func remove(_ folder: URL) {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record("\(error)") }
    }
}

/// One statement by psql, with a URL.
enum Psql {
    static func run(_ url: String, _ statement: String) async throws -> BuiltCommand.Outcome {
        let psql = try StartedProgram("/usr/bin/env", ["psql", "-X", "-w", "-Atc", statement, url])
        return BuiltCommand.Outcome(status: await psql.waitForEnd(), output: psql.output, errors: psql.errors)
    }
}
