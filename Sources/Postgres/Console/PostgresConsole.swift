/// Commands by the simple query protocol, for servers that speak no other: PgBouncer's console.
///
/// A connection of its own for each use; nothing is kept. Not for tenants' rows: a text may hold several statements.
public enum PostgresConsole {
    /// Sends commands one after the other, and returns their answers.
    ///
    /// - Parameters:
    ///   - commands: each is sent as it is; nothing of a stranger's may be in it.
    ///   - connectionString: where to, as libpq reads it.
    ///   - timeout: how long all of it may take, connecting included.
    /// - Returns: the answer to each command.
    /// - Throws: ``PostgresError``: `connectionFailed`, `connectionLost`, `deadlineExceeded`, `serverError`, `cancelled`.
    public static func run(
        _ commands: [String], connectionString: String, timeout: Duration
    ) async throws -> [PostgresRows] {
        let interruption = try WakeUp()
        let thread = try BlockingThreads(name: "pg-console", count: 1)
        let deadline = ContinuousClock.now + timeout
        let connector = Connector(
            connectionString: connectionString, applicationName: "bulkhead console", timeout: timeout,
            interruption: interruption, silentHosts: SilentHosts())
        let result: Result<[PostgresRows], PostgresError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                thread.run {
                    continuation.resume(returning: Self.converse(commands, connector, deadline))
                }
            }
        } onCancel: {
            interruption.signal()
        }
        // Its one job is done, so nothing is waited for.
        thread.end()
        if Task.isCancelled { throw PostgresError.cancelled(.unknown) }
        return try result.get()
    }

    private static func converse(
        _ commands: [String], _ connector: Connector, _ deadline: ContinuousClock.Instant
    ) -> Result<[PostgresRows], PostgresError> {
        do throws(PostgresError) {
            let line = ConsoleLine(try connector.connect().get(), interruption: connector.interruption, deadline)
            var answers: [PostgresRows] = []
            for command in commands { answers.append(try line.ask(command)) }
            return .success(answers)
        } catch {
            return .failure(error)
        }
    }
}
