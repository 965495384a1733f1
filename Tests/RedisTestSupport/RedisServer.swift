public import Foundation
import LocalServers
import Synchronization

/// A Redis server of a test's own; gone with the tests, however they end.
///
/// Needs Debian's `redis-server`.
public final class RedisServer: Sendable {
    /// Where it listens, on 127.0.0.1.
    public let port: Int
    /// Its files; `ca.pem` among them if it speaks TLS.
    public let folder: URL
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
    public static func use<Value>(
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
            try ServerCertificates.make(in: folder)
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

    /// How to reach it; `credentials` end with `@`.
    public func url(_ credentials: String = "", database: Int = 0, tls: Bool = false) -> String {
        "\(tls ? "rediss" : "redis")://\(credentials)\(self.address)/\(database)"
    }

    /// Stops it in the middle of whatever it does.
    public func pause() async throws { try await self.current.pause() }

    /// Lets it go on.
    public func resume() { self.current.resume() }

    /// Ends it; whoever asks is refused.
    public func stop() async throws {
        self.current.signal("KILL")
        _ = try await self.current.wait()
    }

    private func end() async throws {
        try await self.stop()
        try FileManager.default.removeItem(at: self.folder)
    }

    /// Starts it anew at the same place, empty.
    public func startAgain() async throws {
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
        let deadline = ContinuousClock.now + .seconds(20)
        while FreePort.isFree(self.port) {
            guard self.current.status == nil, ContinuousClock.now < deadline else {
                let log = try String(contentsOf: self.folder.appending(path: "server.log"), encoding: .utf8)
                throw RedisServerFailure("redis-server (apt-get install redis-server) does not listen: \(log)")
            }
            // Nothing tells when another program has come so far: ask again.
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Why there is no server.
public struct RedisServerFailure: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
