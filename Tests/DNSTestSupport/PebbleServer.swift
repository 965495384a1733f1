public import Foundation
public import LocalServers
import Synchronization

/// A certificate authority of a test's own that speaks ACME (Debian's `pebble`); gone with the tests, however they end.
///
/// It keeps everything in memory: after ``restart()`` it knows no account, and has another root.
public final class PebbleServer: Sendable, LendableServer {
    /// What differs from a plain one.
    public struct Options: Sendable {
        /// How many of a hundred orders reuse a proof of control that was given before.
        public var reusedAuthorizations = 0
        /// How long its certificates are valid, in seconds.
        public var validity = 90 * 86_400
        /// Domains that it refuses, with their subdomains.
        public var refusedDomains: [String] = []
        /// Whether it validates without looking.
        public var believesEverything = false

        /// A plain one.
        public init() {}
    }

    /// The directory to give to clients.
    public let directory: String
    /// A PEM file to trust for the directory's own TLS.
    public let authorities: URL
    private let command: Command
    private let process: Mutex<GuardedProcess>

    private struct Command {
        let folder: URL
        let port: Int
        let management: Int
        let dnsPort: Int
        let options: Options
    }

    private init(_ command: Command, _ process: GuardedProcess) {
        self.command = command
        self.directory = "https://127.0.0.1:\(command.port)/dir"
        self.authorities = command.folder.appending(path: "https.pem")
        self.process = Mutex(process)
    }

    /// Lends a server that asks a name server on 127.0.0.1 for challenge records.
    public static func use<Value>(
        dnsPort: Int, options: Options = Options(), _ body: (PebbleServer) async throws -> Value
    ) async throws -> Value {
        try await Self.start(dnsPort: dnsPort, options: options).lent(to: body)
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

    /// Ends it and starts it anew at the same place, with nothing of what it knew.
    public func restart() async throws {
        try await self.stop()
        let process = try Self.launch(self.command)
        self.process.withLock { $0 = process }
        try await self.waitUntilReady()
    }

    /// The root certificate of what it issues, as PEM.
    public func root() async throws -> String {
        try await self.fetch("https://127.0.0.1:\(self.command.management)/roots/0")
    }

    /// What it has logged: how many times it did what a text tells.
    public func count(of text: String) throws -> Int {
        try String(contentsOf: Self.log(self.command.folder), encoding: .utf8).components(separatedBy: text).count - 1
    }

    private var current: GuardedProcess { self.process.withLock { $0 } }
}

extension PebbleServer {
    private static func start(dnsPort: Int, options: Options) async throws -> PebbleServer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-pebble-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let command = Command(
            folder: folder, port: try FreePort.reserve(), management: try FreePort.reserve(), dnsPort: dnsPort,
            options: options)
        try Self.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", folder.appending(path: "https.key").path, "-out", folder.appending(path: "https.pem").path,
            ])
        try Self.configuration(command).write(to: folder.appending(path: "pebble.json"))
        let server = PebbleServer(command, try Self.launch(command))
        try await server.waitUntilReady()
        return server
    }

    private static func launch(_ command: Command) throws -> GuardedProcess {
        var environment = [
            "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0",
            "PEBBLE_AUTHZREUSE": String(command.options.reusedAuthorizations),
        ]
        if command.options.believesEverything { environment["PEBBLE_VA_ALWAYS_VALID"] = "1" }
        return try GuardedProcess(
            [
                "/usr/bin/pebble", "-config", command.folder.appending(path: "pebble.json").path,
                "-dnsserver", "127.0.0.1:\(command.dnsPort)",
            ], user: nil, environment: environment, log: Self.log(command.folder), lastSignal: "KILL",
            removing: [command.folder])
    }

    private static func log(_ folder: URL) -> URL { folder.appending(path: "server.log") }

    private static func configuration(_ command: Command) throws -> Data {
        let settings: [String: Any] = [
            "listenAddress": "127.0.0.1:\(command.port)",
            "managementListenAddress": "127.0.0.1:\(command.management)",
            "certificate": command.folder.appending(path: "https.pem").path,
            "privateKey": command.folder.appending(path: "https.key").path,
            "httpPort": 5002, "tlsPort": 5001, "ocspResponderURL": "", "externalAccountBindingRequired": false,
            "certificateValidityPeriod": command.options.validity,
            "domainBlocklist": command.options.refusedDomains,
        ]
        return try JSONSerialization.data(withJSONObject: ["pebble": settings])
    }

    /// Asks until the server answers.
    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        // Refused until it listens.
        while (try? await self.fetch(self.directory)) == nil {
            guard ContinuousClock.now < deadline, self.current.status == nil else {
                let log = try String(contentsOf: Self.log(self.command.folder), encoding: .utf8)
                throw PebbleServerError("not ready; apt-get install pebble curl openssl\n\(log)")
            }
            // Nothing tells when a server of another program listens: ask again.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// By curl: Foundation on Linux cannot be told to trust a certificate.
    private func fetch(_ address: String) async throws -> String {
        try Self.run("/usr/bin/curl", ["-sS", "--max-time", "10", "--cacert", self.authorities.path, address])
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PebbleServerError("\(program) ended with \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Why there is no server.
public struct PebbleServerError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
