import Foundation
import LocalServers
import Logging
import NIOCore
import Redis
import ServiceLifecycle
import Synchronization

/// A Redis server of a test's own; gone with the tests, however they end.
///
/// Needs Debian's `redis-server`.
final class RedisServer: Sendable {
    let port: Int
    let folder: URL
    private let options: [String]
    private let address: String
    private let process: Mutex<GuardedProcess>

    private init(port: Int, folder: URL, address: String, options: [String]) throws {
        self.port = port
        self.folder = folder
        self.address = address
        self.options = options
        self.process = Mutex(try Self.launch(port, folder, options))
    }

    /// Lends a server.
    ///
    /// - Parameters:
    ///   - users: lines of its access list, such as `user app on >secret ~* &* +@all`.
    ///   - tls: whether it speaks TLS, with a certificate for 127.0.0.1 and localhost by `ca.pem` in its folder.
    ///   - options: more of its configuration, such as `--maxmemory 1mb`.
    static func use<Value>(
        users: [String] = [], tls: Bool = false, options: [String] = [], _ body: (RedisServer) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = try FreePort.reserve()
        var all = options
        if !users.isEmpty {
            let file = folder.appending(path: "users.acl")
            try (users.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
            all += ["--aclfile", file.path]
        }
        if tls {
            try Certificates.make(in: folder)
            all += ["--port", "0", "--tls-port", "\(port)", "--tls-auth-clients", "no"]
            all += ["--tls-cert-file", "\(folder.path)/server.pem", "--tls-key-file", "\(folder.path)/server.key"]
            all += ["--tls-ca-cert-file", "\(folder.path)/ca.pem"]
        } else {
            all += ["--port", "\(port)"]
        }
        let server = try RedisServer(port: port, folder: folder, address: "127.0.0.1:\(port)", options: all)
        let value: Value
        do {
            try await server.waitUntilReady()
            value = try await body(server)
        } catch {
            try await server.end()
            throw error
        }
        try await server.end()
        return value
    }

    func url(_ credentials: String = "", database: Int = 0, tls: Bool = false) -> String {
        "\(tls ? "rediss" : "redis")://\(credentials)\(self.address)/\(database)"
    }

    /// Stops it in the middle of whatever it does.
    func pause() async throws { try await self.current.pause() }

    /// Lets it go on.
    func resume() { self.current.resume() }

    /// Ends it; whoever asks is refused.
    func stop() async throws {
        self.current.signal("KILL")
        _ = try await self.current.wait()
    }

    private func end() async throws {
        try await self.stop()
        try FileManager.default.removeItem(at: self.folder)
    }

    /// Starts it anew at the same place, empty.
    func startAgain() async throws {
        let process = try Self.launch(self.port, self.folder, self.options)
        self.process.withLock { $0 = process }
        try await self.waitUntilReady()
    }

    private var current: GuardedProcess { self.process.withLock { $0 } }

    private static func launch(_ port: Int, _ folder: URL, _ options: [String]) throws -> GuardedProcess {
        try GuardedProcess(
            ["/usr/bin/redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path]
                + options,
            user: nil, log: folder.appending(path: "server.log"), lastSignal: "KILL", removing: [folder])
    }

    private func waitUntilReady() async throws {
        try await eventually("redis-server listens; apt-get install redis-server") {
            let log = try String(contentsOf: self.folder.appending(path: "server.log"), encoding: .utf8)
            guard self.current.status == nil else { throw Failure("ended: \(log)") }
            return !FreePort.isFree(self.port)
        }
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for a condition.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Failure("never: \(what)") }
        // Nothing tells when another program has come so far: ask again.
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Lends a client that runs, connected unless told otherwise.
func withClient<Value>(
    _ url: String, connects: Bool = true, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ change: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisClient) async throws -> Value
) async throws -> Value {
    var configuration = try RedisConfiguration(url: url)
    configuration.defaultDeadline = .seconds(20)
    configuration.reconnectLimit = .milliseconds(200)
    change(&configuration)
    let client = RedisClient(configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        if connects { try await client.isConnected(true) }
        return try await body(client)
    }
}

extension RedisClient {
    /// Waits until it is, or is not, connected.
    func isConnected(_ wanted: Bool) async throws {
        try await eventually("connected: \(wanted)") { self.isConnected == wanted }
    }
}

/// The error that a call throws.
func redisError<Value>(_ body: () async throws -> Value) async -> RedisError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? RedisError
    }
}
