import Foundation
import LocalServers
import TestSupport
import Testing

/// A `bulkhead serve`; it ends with the tests, however they end.
final class RunningServer: Sendable {
    private struct Ready: Decodable {
        let port: Int
        let managementURL: String
    }

    /// The port of its APIs; of no use with a server that only works.
    let port: Int
    private let managementURL: String
    private let process: GuardedProcess
    private let logFile: URL
    /// A variable of its environment, by which it is found among all processes.
    private let mark: String

    private init(_ process: GuardedProcess, _ ready: Ready, logFile: URL, mark: String) {
        self.process = process
        self.port = ready.port
        self.managementURL = ready.managementURL
        self.logFile = logFile
        self.mark = mark
    }

    static func start(_ role: String, in folder: URL, environment: [String: String]) async throws -> RunningServer {
        let log = folder.appendingPathComponent("server-\(UUID().uuidString.prefix(8)).log")
        var environment = environment
        // Where the counters of the coverage go.
        environment["LLVM_PROFILE_FILE"] = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"] ?? "/dev/null"
        let mark = "RUNNING_SERVER=\(UUID().uuidString)"
        environment["RUNNING_SERVER"] = String(mark.dropFirst("RUNNING_SERVER=".count))
        let process = try GuardedProcess(
            [try BuiltCommand.path(), "serve", "--role", role, "--json"], user: nil, environment: environment, log: log,
            lastSignal: "KILL")
        func readyLine() throws -> Substring? {
            try String(contentsOf: log, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: true)
                .first { $0.hasPrefix("{") && $0.contains("managementURL") }
        }
        try await eventually(within: .seconds(60)) { try readyLine() != nil || process.status != nil }
        let said = try String(contentsOf: log, encoding: .utf8)
        let line = try #require(try readyLine(), "\(said)")
        let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
        return RunningServer(process, ready, logFile: log, mark: mark)
    }

    /// How much memory it has in use, in bytes; Linux only.
    func residentMemory() throws -> Int {
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        let sizes = processes.compactMap { process -> Int? in
            // Processes end while one looks, and most are somebody else's.
            guard let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ")),
                environment.range(of: Data(self.mark.utf8)) != nil,
                // The same.
                let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
            else { return nil }
            return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
        }
        // Its guardian has the mark too, and is small.
        return try #require(sizes.max())
    }

    /// What it has written.
    var log: String {
        get throws { try String(contentsOf: self.logFile, encoding: .utf8) }
    }

    /// Whether it may be sent requests, and if not, why; as it tells those who watch over it.
    func readiness() async throws -> HTTPCaller.Answer {
        let port = try #require(URL(string: self.managementURL)?.port)
        return try await HTTPCaller(port: port).send("/health/ready")
    }

    /// Ends it as the kernel would when memory is short: nothing of it runs any more.
    func kill() async throws {
        self.process.signal("KILL")
        _ = try await self.process.wait()
    }

    /// Asks it to end, and waits.
    ///
    /// - Returns: the exit code.
    func terminate() async throws -> Termination {
        self.process.signal("TERM")
        return try await self.process.wait()
    }

    /// Stops it in the middle of whatever it does.
    func pause() async throws { try await self.process.pause() }

    /// Lets it go on as if no time had passed.
    func resume() { self.process.resume() }
}
