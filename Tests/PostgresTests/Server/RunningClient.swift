import Logging
import Postgres
import TestSupport
import Testing

/// Lends a client that runs, on a database of its own.
func withClient<Value>(
    _ change: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient, TestDatabase) async throws -> Value
) async throws -> Value {
    try await TestPostgres.withDatabase { database in
        try await withClient(of: database.uri, change) { try await body($0, database) }
    }
}

/// Lends a client that runs.
func withClient<Value>(
    of uri: String, _ change: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> Value
) async throws -> Value {
    var configuration = PostgresConfiguration(connectionString: uri)
    configuration.applicationName = "postgres-tests"
    change(&configuration)
    var logger = Logger(label: "test.postgres")
    logger.logLevel = .error
    let client = PostgresClient(configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        let value: Value
        do {
            value = try await body(client)
        } catch {
            group.cancelAll()
            throw error
        }
        group.cancelAll()
        try await group.waitForAll()
        return value
    }
}

/// The error of something that must fail.
func failure<Value>(of body: () async throws -> Value) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

extension PostgresRows {
    /// The only cell of the only row.
    func value<Value: PostgresDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        try self.only()[0].decode(type)
    }
}

/// Waits until a statement sleeps on the server.
func waitForSleep(in database: TestDatabase) async throws {
    try await waitForActivity("wait_event = 'PgSleep'", count: 1, in: database)
}

/// Waits until as many sessions of a database, other than the one that looks, fit a condition.
func waitForActivity(
    _ condition: String, count: Int, in database: TestDatabase, orLess: Bool = false
) async throws {
    try await withClient(of: database.uri) { observer in
        let query: PostgresQuery = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND \(unescaped: condition)
            """
        try await eventually {
            let found = try await observer.query(query).value(Int.self)
            return orLess ? found <= count : found == count
        }
    }
}

/// Waits for a lock that ``withLock(in:_:)`` holds: a statement that runs for as long as a test wants.
let waitForLock: PostgresQuery = "SELECT pg_advisory_xact_lock(7)"

/// Holds a lock of a database until the body opens it or ends.
func withLock<Value>(
    in database: TestDatabase, _ body: (_ unlock: @escaping @Sendable () -> Void) async throws -> Value
) async throws -> Value {
    try await withClient(of: database.uri) { holder in
        let (locked, isLocked) = AsyncStream.makeStream(of: Void.self)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isLocked.finish() }
                try await holder.withTransaction { transaction in
                    _ = try await transaction.query(waitForLock)
                    isLocked.finish()
                    for await _ in gate {}
                }
            }
            for await _ in locked {}
            defer { opening.finish() }
            return try await body { opening.finish() }
        }
    }
}

/// Waits until a statement of a database waits for the lock.
func waitForWaiter(in database: TestDatabase) async throws {
    try await waitForActivity("wait_event = 'advisory'", count: 1, in: database)
}
