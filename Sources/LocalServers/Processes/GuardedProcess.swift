package import Foundation

/// A server, or a long tool, that ends when this process ends - even by `kill -9` - or when this object goes away.
package final class GuardedProcess: Sendable {
    let child: ChildProcess
    private let lifeline: Lifeline

    /// Starts a command behind a guardian.
    ///
    /// - Parameters:
    ///   - command: The program by absolute path, and its arguments.
    ///   - user: Whom it runs as; nil is oneself.
    ///   - environment: Added to ``Spawn/plainEnvironment``.
    ///   - log: Where its output and errors are appended; made with mode 0600.
    ///   - lastSignal: What ends it when the owner has died.
    ///   - removals: Folders removed when the owner has died.
    package init(
        _ command: [String], user: UnprivilegedUser?, environment: [String: String] = [:], log: URL,
        lastSignal: String, removing removals: [URL] = []
    ) throws(LocalServerError) {
        let descriptor = open(log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot write the log \(log.path)") }
        defer { close(descriptor) }
        let lifeline = try Lifeline()
        defer { lifeline.closeChildEnd() }
        var spawn = Spawn(
            arguments: Guardian.arguments(
                command: (user?.prefix ?? []) + command, lastSignal: lastSignal, removing: removals.map(\.path)),
            input: lifeline.childEnd, output: descriptor, error: descriptor)
        spawn.environment.merge(environment) { $1 }
        spawn.environment.merge(Guardian.environment) { $1 }
        self.lifeline = lifeline
        // The lifeline closes when the guardian has ended: nobody reads it any more.
        child = try ChildProcess(spawn, whenEnded: { lifeline.closeOwnerEnd() })
    }

    deinit { lifeline.closeOwnerEnd() }

    /// How it ended; nil while it runs.
    package var status: Termination? { child.exit.status }

    /// Sends a signal by name (`INT`, `TERM`, `QUIT`, `KILL`, `HUP`); nothing happens if the process has ended.
    package func signal(_ name: String) { lifeline.send(name + "\n") }

    /// Waits for the end.
    package func wait() async throws -> Termination { try await child.exit.wait() }

    /// Waits for the end, at most this long; nil when it still runs then.
    package func wait(atMost limit: Duration) async throws -> Termination? { try await child.exit.wait(atMost: limit) }
}
