import Foundation
import Testing

/// The `bulkhead` that was built together with the tests.
enum BuiltCommand {
    /// What a command left behind.
    struct Outcome: CustomTestStringConvertible {
        let status: Int32
        let output: String
        let errors: String

        var testDescription: String { "exit code \(self.status)\n\(self.output)\n\(self.errors)" }

        /// Whether it said this, wherever its lines break.
        func says(_ text: String) -> Bool {
            (self.output + " " + self.errors).split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
                text)
        }

        /// The output as JSON.
        func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(type, from: Data(self.output.utf8))
        }
    }

    /// Where it is: beside the test bundle.
    static func path(of name: String = "bulkhead") throws -> String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        // On macOS the bundle has folders of its own around the program.
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        throw MissingCommand(name: name, bundle: bundle.path)
    }

    struct MissingCommand: Error, CustomStringConvertible {
        let name: String
        let bundle: String
        var description: String {
            "There is no \(self.name) beside \(self.bundle); run: swift build --product \(self.name)"
        }
    }

    /// Runs it to its end.
    static func run(
        _ arguments: String..., in folder: URL? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> Outcome {
        try await self.run(arguments, in: folder, environment: environment, input: input)
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> Outcome {
        let program = try StartedProgram(
            try self.path(), arguments, in: folder, environment: environment, input: input)
        let status = await program.waitForEnd()
        return Outcome(status: status, output: program.output, errors: program.errors)
    }
}

/// A program that was started; its output goes to files, so that nobody has to empty a pipe.
final class StartedProgram: Sendable {
    private let process: Process
    private let folder: URL
    private let end: Task<Int32, Never>

    init(
        _ program: String, _ arguments: [String], in directory: URL? = nil, environment: [String: String] = [:],
        input: String? = nil
    ) throws {
        self.folder = FileManager.default.temporaryDirectory.appendingPathComponent("bulkhead-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = Self.plainEnvironment.merging(environment) { $1 }
        process.currentDirectoryURL = directory ?? self.folder
        process.standardInput = FileHandle.nullDevice
        if let input {
            let file = self.folder.appendingPathComponent("input")
            try Data(input.utf8).write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        process.standardOutput = try Self.file(self.folder, "output")
        process.standardError = try Self.file(self.folder, "errors")
        let (endings, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            // As shells do: 128 and the number of the signal.
            ended.yield(process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0))
            ended.finish()
        }
        try process.run()
        self.process = process
        // Its own task, so that several may wait for the one event.
        self.end = Task { await endings.first { _ in true } ?? -1 }
    }

    deinit {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
        // What is left in the folder for temporary files does no harm.
        try? FileManager.default.removeItem(at: self.folder)
    }

    var processID: pid_t { self.process.processIdentifier }
    var isRunning: Bool { self.process.isRunning }
    var output: String { self.text("output") }
    var errors: String { self.text("errors") }

    func send(_ signal: Int32) { kill(self.process.processIdentifier, signal) }

    func waitForEnd() async -> Int32 { await self.end.value }

    private func text(_ name: String) -> String {
        // Made before the program was started.
        (try? String(contentsOf: self.folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    private static func file(_ folder: URL, _ name: String) throws -> FileHandle {
        let file = folder.appendingPathComponent(name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    /// Nothing of the caller's settings, but where the counters of the coverage go.
    private static var plainEnvironment: [String: String] {
        let mine = ProcessInfo.processInfo.environment
        return mine.filter { ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"].contains($0.key) }
    }
}
