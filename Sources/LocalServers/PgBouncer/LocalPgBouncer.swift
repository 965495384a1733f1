public import Foundation
public import Logging

/// A private PgBouncer in transaction mode before a ``LocalPostgres``: the strictest pooler a tenant session meets.
///
/// It listens on 127.0.0.1 only. Its folder holds nothing but its configuration and log and is removed with it.
/// It stops when this process ends, by `kill -9` too, and when this object goes away.
public final class LocalPgBouncer: Sendable {
    /// The TCP port on 127.0.0.1.
    public let port: Int
    /// The server behind it.
    public let upstream: LocalPostgres

    private let folder: ServerFolder
    private let lock: FolderLock
    private let process: GuardedProcess

    private init(
        port: Int, upstream: LocalPostgres, folder: ServerFolder, lock: FolderLock, process: GuardedProcess
    ) {
        self.port = port
        self.upstream = upstream
        self.folder = folder
        self.lock = lock
        self.process = process
    }

    /// Starts a pooler.
    ///
    /// - Parameters:
    ///   - directory: Where its configuration lies; made if missing, removed at the end.
    ///   - port: The port to listen on; nil takes any free one.
    ///   - upstream: The server behind it. Its superuser may connect too, and is the user of the admin console: the
    ///     database `pgbouncer`.
    ///   - users: Names and passwords of those who may connect; they must be valid upstream.
    ///   - poolSize: Server connections for each pair of user and database. With 1, whatever leaks from one
    ///     transaction to the next does so every time.
    ///   - settings: Added to the `[pgbouncer]` section of its configuration.
    ///   - readyWithin: How long the start may take.
    ///   - logger: For what is worth knowing about the start.
    /// - Throws: ``LocalServerError``; `CancellationError`.
    public static func start(
        in directory: URL, port wanted: Int? = nil, upstream: LocalPostgres, users: [String: String] = [:],
        poolSize: Int = 20, settings: [String: String] = [:], readyWithin: Duration = .seconds(30), logger: Logger
    ) async throws -> LocalPgBouncer {
        let program = try findProgram()
        if let wanted, !FreePort.isFree(wanted) {
            throw LocalServerError(.portTaken, "Port \(wanted) on 127.0.0.1 is taken by another program.")
        }
        let port = try wanted ?? FreePort.reserve()
        let folder = try await ServerFolder.open(directory, user: .current())
        let lock = try FolderLock(folder.directory)
        var all = users
        all[upstream.superuser] = upstream.superuserPassword
        let configuration = PgBouncerConfiguration(
            port: port, upstream: upstream, users: all, poolSize: poolSize, settings: settings)
        let file = try configuration.write(to: folder)
        let start = ServerLog(folder.log)
        let process = try GuardedProcess(
            [program, file.path], user: folder.user, log: folder.log, lastSignal: "KILL",
            removing: [folder.directory, folder.home])
        let pooler = LocalPgBouncer(port: port, upstream: upstream, folder: folder, lock: lock, process: process)
        do {
            try await pooler.waitUntilReady(within: readyWithin, log: start)
        } catch {
            try await pooler.stop()
            throw error
        }
        logger.debug("PgBouncer takes connections", metadata: ["port": "\(port)"])
        return pooler
    }

    /// A libpq connection URI over TCP; without a user, the upstream superuser's with its password.
    public func uri(user: String? = nil, password: String? = nil, database: String = "postgres") -> String {
        ConnectionURI(
            user: user ?? upstream.superuser, password: user == nil ? upstream.superuserPassword : password,
            port: port, database: database
        ).text
    }

    /// Runs statements with `psql` through the pooler; see ``LocalPostgres/execute(_:database:user:password:)``.
    @discardableResult
    public func execute(
        _ statements: String..., database: String = "postgres", user: String? = nil, password: String? = nil
    ) async throws -> String {
        let psql = Psql(
            program: upstream.installation.program("psql"), user: user ?? upstream.superuser,
            password: user == nil ? upstream.superuserPassword : password ?? "", port: port, database: database)
        return try await psql.execute(statements)
    }

    /// Stops the pooler and removes its folder.
    ///
    /// By SIGKILL: it keeps nothing on disk, and what its other signals mean differs between its versions.
    public func stop() async throws {
        try await uncancelled {
            self.process.signal("KILL")
            guard try await self.process.wait(atMost: .seconds(10)) != nil else {
                throw LocalServerError(.stopFailed, "PgBouncer on port \(self.port) does not stop.")
            }
            try await self.folder.remove()
        }
    }

    private func waitUntilReady(within limit: Duration, log: ServerLog) async throws {
        let deadline = ContinuousClock().now + limit
        let question = [
            upstream.installation.program("pg_isready"), "-q", "-t", "3", "-h", "127.0.0.1", "-p", String(port),
        ]
        while try await !Tool(arguments: question).run().status.isSuccess {
            if let status = process.status {
                throw LocalServerError(
                    .startFailed, "PgBouncer ended while starting (\(status)).", details: log.text)
            }
            guard ContinuousClock().now < deadline else {
                throw LocalServerError(.startFailed, "PgBouncer was not ready within \(limit).", details: log.text)
            }
            // It announces readiness to nobody: ask again.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func findProgram() throws(LocalServerError) -> String {
        guard let program = InstalledPgBouncer.path else {
            throw LocalServerError(
                .notInstalled, "PgBouncer is not installed. Install it: apt-get install pgbouncer")
        }
        return program
    }
}
