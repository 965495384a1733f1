import Foundation

/// A program that runs to its end and says something: `psql`, `pg_isready`, `pg_config`.
struct Tool {
    /// The program, by absolute path, and its arguments.
    var arguments: [String]
    /// Added to ``Spawn/plainEnvironment``; the place for a password, which must not be an argument.
    var environment: [String: String] = [:]

    /// What a tool left behind.
    struct Result: Sendable {
        let status: Termination
        let output: String
        let errors: String
    }

    /// Runs the tool and collects what it prints; kills it when the task is cancelled.
    func run() async throws -> Result {
        let output = try ReadPipe()
        let errors = try ReadPipe()
        var spawn = Spawn(arguments: arguments, output: output.writeEnd, error: errors.writeEnd)
        spawn.environment.merge(environment) { $1 }
        let child = try ChildProcess(spawn)
        output.closeWriteEnd()
        errors.closeWriteEnd()
        return try await withTaskCancellationHandler {
            async let text = output.readAll()
            async let complaint = errors.readAll()
            let status = try await child.exit.wait()
            // Its end may be heard of before the cancellation that caused it.
            try Task.checkCancellation()
            return await Result(status: status, output: text, errors: complaint)
        } onCancel: {
            child.signal(SIGKILL)
        }
    }

    /// Runs the tool and returns its standard output; anything but exit code 0 is an error.
    func output(for purpose: String) async throws -> String {
        let result = try await run()
        guard result.status.isSuccess else {
            throw LocalServerError(
                .toolFailed, "\(purpose) failed: \(name) ended with \(result.status).", details: result.errors)
        }
        return result.output
    }

    private var name: String { URL(fileURLWithPath: arguments[0]).lastPathComponent }
}
