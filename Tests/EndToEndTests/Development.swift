import Foundation
import TestSupport
import Testing

/// A running `bulkhead dev`.
struct Development: Sendable {
    /// What it says once it is ready: the promise to scripts.
    struct Ready: Decodable, Sendable {
        struct Databases: Decodable, Sendable {
            let app: String
            let control: String
            let superuser: String
        }

        let adminURL: String
        let baseDomain: String
        let port: Int
        let managementURL: String
        let adminEmail: String
        let adminPassword: String
        let databases: Databases
    }

    let data: URL
    let program: StartedProgram
    let ready: Ready

    /// Lends one with a folder of its own; both are gone afterwards.
    static func use<Value>(_ body: (Development) async throws -> Value) async throws -> Value {
        try await self.withFolder { data in
            let development = try await self.start(in: data)
            let value = try await body(development)
            #expect(try await development.stop(SIGINT) == 0)
            return value
        }
    }

    /// Lends a folder for data; what runs on it is killed and the folder removed afterwards.
    static func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let data = TestPostgres.temporaryFolder()
        func cleanUp() async throws {
            for pid in Self.processes(on: data) { kill(pid, SIGKILL) }
            try await eventually(within: .seconds(30)) { Self.processes(on: data).isEmpty }
            if FileManager.default.fileExists(atPath: data.path) { try FileManager.default.removeItem(at: data) }
        }
        let value: Value
        do {
            value = try await body(data)
        } catch {
            try await cleanUp()
            throw error
        }
        try await cleanUp()
        return value
    }

    /// Starts one and waits until it is ready.
    static func start(in data: URL, arguments: [String] = []) async throws -> Development {
        let program = try StartedProgram(
            try BuiltCommand.path(), ["dev", "--port", "0", "--data", data.path, "--json"] + arguments)
        try await eventually(within: .seconds(90)) { program.output.contains("\n") || !program.isRunning }
        let line = try #require(program.output.split(separator: "\n").first, "\(program.errors)")
        let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
        return Development(data: data, program: program, ready: ready)
    }

    /// Sends a signal and waits for the end; the exit code.
    func stop(_ signal: Int32) async throws -> Int32 {
        self.program.send(signal)
        try await eventually(within: .seconds(40)) { !self.program.isRunning }
        return await self.program.waitForEnd()
    }

    /// Runs a command on this instance.
    func run(_ arguments: String..., input: String? = nil) async throws -> BuiltCommand.Outcome {
        try await BuiltCommand.run(arguments + ["--data", self.data.path], input: input)
    }

    /// The processes that have the folder in their command line: the server, PostgreSQL and its guardian.
    static func processes(on data: URL) -> [pid_t] {
        // Without /proc (macOS) the exit code has to do.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            // A process that has ended in between has no command line.
            let line = (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) ?? ""
            return pid != getpid() && line.contains(data.path)
        }
    }
}
