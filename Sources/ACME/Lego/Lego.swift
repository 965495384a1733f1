import Foundation
import Subprocess

/// Runs `lego`, and sees to it that it ends.
struct Lego: Sendable {
    /// How a run ended.
    struct Outcome: Sendable {
        enum End: Sendable, Hashable { case succeeded, failed, timedOut }
        let end: End
        /// The last 64 KiB of what it printed, as it came.
        let output: String
    }

    /// How long after SIGTERM SIGKILL comes.
    private static let grace = Duration.seconds(2)

    /// Runs a command to its end, or to the time limit.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, once the program has ended; `SubprocessError`.
    static func run(_ command: LegoCommand, atMost limit: Duration) async throws -> Outcome {
        let tail = OutputTail(limit: 65_536)
        let end = try await withThrowingTaskGroup(of: Outcome.End.self) { group in
            group.addTask { try await Self.launch(command, output: tail) ? .succeeded : .failed }
            group.addTask {
                // A deadline, raced against the program.
                try await Task.sleep(for: limit)
                return .timedOut
            }
            // The group waits for both: the program is torn down before this returns.
            defer { group.cancelAll() }
            return try await group.next() ?? .failed
        }
        try Task.checkCancellation()
        return Outcome(end: end, output: tail.text)
    }

    /// Whether it succeeded.
    private static func launch(_ command: LegoCommand, output tail: OutputTail) async throws -> Bool {
        var options = PlatformOptions()
        // In a session of its own Ctrl-C in a terminal does not reach it, and its descendants end with it.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        // lego writes the account's key with whatever mode the umask leaves.
        let shell = ["-c", #"umask 077; exec "$0" "$@""#, command.program]
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(shell + command.arguments),
            environment: .custom(command.keyedEnvironment), platformOptions: options,
            input: .none, output: .sequence, error: .combinedWithOutput
        ) { execution in
            for try await buffer in execution.standardOutput {
                buffer.withUnsafeBytes { tail.append($0) }
            }
        }
        return result.terminationStatus.isSuccess
    }
}

extension LegoCommand {
    fileprivate var keyedEnvironment: [Environment.Key: String] {
        self.environment.reduce(into: [:]) { result, entry in
            if let key = Environment.Key(rawValue: entry.key) { result[key] = entry.value }
        }
    }
}
