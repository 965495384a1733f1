public import Foundation
public import Logging
import Synchronization

/// A private PostgreSQL server on a folder of its own: for development on one machine and for tests.
///
/// It listens on 127.0.0.1 and on a Unix socket and asks for a password (SCRAM-SHA-256) on both. When this process is
/// root, the server runs as `postgres` or `nobody`. The server stops when this process ends - by `kill -9` too - and
/// when this object goes away; ``stop(_:within:)`` is the orderly way.
public final class LocalPostgres: Sendable {
    /// What happens to the folder.
    public enum Lifetime: Sendable {
        /// It stays: the next start finds the data.
        case kept
        /// It is removed when the server is stopped or its owner has died. Data are not synced to disk.
        case temporary
    }

    /// The three ways to stop that PostgreSQL has; see "Shutting Down the Server" in its manual.
    public enum StopMode: Sendable {
        /// Waits until all clients have left.
        case smart
        /// Disconnects all clients and rolls their transactions back.
        case fast
        /// Ends at once, like a crash; the next start recovers from the write-ahead log.
        case immediate

        var signal: String {
            switch self {
            case .smart: "TERM"
            case .fast: "INT"
            case .immediate: "QUIT"
            }
        }
    }

    /// The TCP port on 127.0.0.1.
    public let port: Int
    /// The name of the role that `initdb` made.
    public let superuser = PostgresCluster.superuser
    /// Random, made with the cluster, kept in the folder with mode 0600.
    public let superuserPassword: String
    /// The folder the server was started in.
    public let directory: URL
    /// Which PostgreSQL it is.
    public let installation: PostgresInstallation

    let launch: PostgresLaunch
    /// The server and the lock on its folder; nil while it is stopped.
    private let current: Mutex<Current?>

    private struct Current {
        let running: PostgresLaunch.Running
        let lock: FolderLock
    }

    private init(_ launch: PostgresLaunch, _ running: PostgresLaunch.Running, password: String, lock: FolderLock) {
        port = running.port
        superuserPassword = password
        directory = launch.cluster.folder.directory
        installation = launch.cluster.installation
        self.launch = launch
        current = Mutex(Current(running: running, lock: lock))
    }

    /// Starts a server; makes the cluster if the folder is new; recovers a folder whose server or owner was killed.
    ///
    /// - Parameters:
    ///   - directory: Where everything lies; made if missing. Only one process at a time can use it.
    ///   - port: The port to listen on; nil takes that of the last start if it is free, else any free one.
    ///   - settings: Added to `postgresql.conf`, for this and the next start only.
    ///   - lifetime: Whether the folder outlives the server.
    ///   - installation: Which PostgreSQL; nil takes the one that made the data, for new folders the newest.
    ///   - readyWithin: How long a start, crash recovery included, may take.
    ///   - logger: For what is worth knowing about the start.
    /// - Throws: ``LocalServerError``; `CancellationError`.
    public static func start(
        in directory: URL, port: Int? = nil, settings: [String: String] = [:], lifetime: Lifetime = .kept,
        installation: PostgresInstallation? = nil, readyWithin: Duration = .seconds(60), logger: Logger
    ) async throws -> LocalPostgres {
        let folder = try await ServerFolder.open(directory, user: .current())
        let lock = try FolderLock(folder.directory)
        do {
            let found: PostgresInstallation
            if let installation {
                found = installation
            } else {
                found = try await .find(majorVersion: PostgresCluster.majorVersion(in: folder))
            }
            let cluster = PostgresCluster(folder: folder, installation: found)
            ServerLog.rotate(folder.log)
            try await Postmaster(data: cluster.data).stopOrphan()
            let durable = lifetime == .kept && settings["fsync"] != "off"
            let password = try await cluster.prepare(durable: durable, lifetime: lifetime)
            let launch = PostgresLaunch(
                cluster: cluster, settings: settings, lifetime: lifetime, readyWithin: readyWithin)
            let running = try await launch.start(port: port)
            logger.debug("PostgreSQL takes connections", metadata: ["port": "\(running.port)"])
            return LocalPostgres(launch, running, password: password, lock: lock)
        } catch {
            if lifetime == .temporary { try await uncancelled { try await folder.remove() } }
            throw error
        }
    }

    /// Whether the server's process runs.
    public var isRunning: Bool { current.withLock { $0.map { $0.running.process.status == nil } ?? false } }

    /// The folder of the Unix socket, for clients that prefer it to TCP; nil when the server is stopped.
    public var socketDirectory: URL? { current.withLock { $0?.running.sockets } }

    /// Waits until the server's process has ended, whoever ended it; at once if it is stopped.
    public func waitUntilEnded() async throws {
        guard let running = current.withLock({ $0?.running }) else { return }
        _ = try await running.process.wait()
    }

    /// Stops the server; nothing happens if it is stopped.
    ///
    /// With ``Lifetime/temporary`` its folder goes too.
    ///
    /// - Parameters:
    ///   - mode: How; see ``StopMode``.
    ///   - limit: After this the server is stopped by ``StopMode/immediate``.
    /// - Throws: ``LocalServerError`` with code `stopFailed`.
    public func stop(_ mode: StopMode = .fast, within limit: Duration = .seconds(60)) async throws {
        try await uncancelled {
            try await self.end(mode.signal, within: limit)
            if self.launch.lifetime == .temporary { try await self.launch.cluster.folder.remove() }
        }
    }

    /// Stops the server and starts it again on the same port with the same settings.
    public func restart(_ mode: StopMode = .fast) async throws {
        try await uncancelled {
            try await self.end(mode.signal, within: .seconds(60))
            try await self.startAgain()
        }
    }

    /// Kills the postmaster as a crash or the kernel would; its other processes follow by themselves.
    ///
    /// ``startAgain()`` recovers.
    public func crash() async throws {
        try await uncancelled { try await self.end("KILL", within: .seconds(60)) }
    }

    /// Starts a stopped, crashed or killed server on the same port with the same settings.
    public func startAgain() async throws {
        guard !isRunning else { return }
        let lock = try current.withLock { $0?.lock } ?? FolderLock(directory)
        try await Postmaster(data: launch.cluster.data).stopOrphan()
        let running = try await launch.start(port: port)
        current.withLock { $0 = Current(running: running, lock: lock) }
    }

    private func end(_ signal: String, within limit: Duration) async throws {
        guard let running = current.withLock({ $0?.running }) else { return }
        running.process.signal(signal)
        for escalation in ["QUIT", "KILL"] {
            if try await running.process.wait(atMost: limit) != nil { break }
            running.process.signal(escalation)
        }
        guard try await running.process.wait(atMost: .seconds(10)) != nil else {
            throw LocalServerError(.stopFailed, "PostgreSQL on port \(port) does not stop.")
        }
        current.withLock { $0 = nil }
        let home = launch.cluster.folder.home.path
        if !running.sockets.path.hasPrefix(home) { try FileManager.default.removeItem(at: running.sockets) }
    }
}
