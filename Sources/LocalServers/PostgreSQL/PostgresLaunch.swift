import Foundation

/// One start of a cluster's server: sockets, settings, the process, and the wait until it takes connections.
struct PostgresLaunch: Sendable {
    let cluster: PostgresCluster
    let settings: [String: String]
    let lifetime: LocalPostgres.Lifetime
    let readyWithin: Duration

    /// A server that takes connections.
    struct Running: Sendable {
        let process: GuardedProcess
        let sockets: URL
        let port: Int
    }

    /// Why a start did not succeed, and what follows.
    private enum Failure {
        /// Somebody took the port in between: take another, if the caller did not ask for this one.
        case portTaken
        /// Processes of a killed server are still going away: start again.
        case remains
        case other(LocalServerError)
    }

    private enum Outcome {
        case ready(Running)
        case failed(Failure)
    }

    /// Starts the server on the port asked for, or on the last one, or on a free one.
    func start(port wanted: Int?) async throws -> Running {
        if let wanted, !FreePort.isFree(wanted) { throw Self.portTaken(wanted) }
        let clock = ContinuousClock()
        let deadline = clock.now + readyWithin
        var port = try wanted ?? cluster.lastPort.flatMap { FreePort.isFree($0) ? $0 : nil } ?? FreePort.reserve()
        while true {
            switch try await attempt(port: port, deadline: deadline) {
            case .ready(let running):
                return running
            case .failed(.portTaken):
                if wanted != nil { throw Self.portTaken(port) }
                port = try FreePort.reserve()
            case .failed(.remains):
                guard clock.now < deadline else { throw Self.timedOut(readyWithin, "") }
                // The kernel frees the old server's memory when its last process ends: no event tells when.
                try await Task.sleep(for: .milliseconds(100))
            case .failed(.other(let error)):
                throw error
            }
        }
    }

    private func attempt(port: Int, deadline: ContinuousClock.Instant) async throws -> Outcome {
        let sockets = try socketFolder()
        try cluster.configure(port: port, sockets: sockets, settings: settings)
        let log = ServerLog(cluster.folder.log)
        var removals = sockets.path.hasPrefix(cluster.folder.home.path) ? [] : [sockets]
        if lifetime == .temporary { removals += [cluster.folder.directory, cluster.folder.home] }
        let process = try GuardedProcess(
            [cluster.installation.program("postgres"), "-D", cluster.data.path],
            user: cluster.folder.user, log: cluster.folder.log, lastSignal: "QUIT", removing: removals)
        let running = Running(process: process, sockets: sockets, port: port)
        var pause = Duration.milliseconds(20)
        while true {
            if let status = process.status { return .failed(Self.failure(status, log.text)) }
            if try await isReady(running) { return .ready(running) }
            guard ContinuousClock().now < deadline else {
                process.signal("QUIT")
                throw Self.timedOut(readyWithin, log.text)
            }
            // PostgreSQL announces readiness to systemd and to nobody else: ask, a little later each time.
            try await Task.sleep(for: pause)
            pause = min(pause * 3 / 2, .milliseconds(250))
        }
    }

    /// Asks through the Unix socket, where no other server can answer.
    private func isReady(_ running: Running) async throws -> Bool {
        let arguments = [
            cluster.installation.program("pg_isready"), "-q", "-t", "3",
            "-h", running.sockets.path, "-p", String(running.port),
        ]
        return try await Tool(arguments: arguments).run().status.isSuccess
    }

    /// Inside the folder if the socket's path stays below the 107 bytes that `sockaddr_un` takes, else a new folder
    /// in the system's place for temporary files.
    private func socketFolder() throws -> URL {
        let inside = cluster.folder.home.appendingPathComponent("sockets", isDirectory: true)
        if inside.path.utf8.count < 85 {
            try ServerFolder.makeFolder(inside, mode: 0o700, owner: cluster.folder.user)
            return inside
        }
        let name = "bulkhead-" + String(PostgresCluster.randomPassword().prefix(12))
        let outside = URL(fileURLWithPath: "/tmp", isDirectory: true).appendingPathComponent(name, isDirectory: true)
        try ServerFolder.makeFolder(outside, mode: 0o700, owner: cluster.folder.user)
        return outside
    }

    private static func failure(_ status: Termination, _ log: String) -> Failure {
        if log.contains("pre-existing shared memory block") { return .remains }
        if log.contains("Address already in use") { return .portTaken }
        return .other(
            LocalServerError(.startFailed, "PostgreSQL ended while starting (\(status)).", details: log))
    }

    private static func portTaken(_ port: Int) -> LocalServerError {
        LocalServerError(
            .portTaken, "Port \(port) on 127.0.0.1 is taken by another program. Stop it, or choose another port.")
    }

    private static func timedOut(_ limit: Duration, _ log: String) -> LocalServerError {
        LocalServerError(.startFailed, "PostgreSQL was not ready within \(limit).", details: log)
    }
}
