public import Foundation
public import LocalServers
import Logging

/// PostgreSQL servers for tests: started by the tests themselves, gone with the test process however it ends.
public enum TestPostgres {
    /// Settings for data that nobody will miss.
    public static let settings = [
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "300",
        "max_locks_per_transaction": "1024",
        "max_wal_size": "4GB",
        "autovacuum_naptime": "5min",
    ]

    // A task without a parent: the cluster outlives the test that asks for it first, and serves the whole process.
    private static let start = Task { try await makeCluster(settings: [:]) }

    /// The cluster of this test process; started by whoever asks first.
    ///
    /// Do not stop it, and do not change what belongs to the whole cluster in a way that other tests would notice:
    /// roles have names of their own in each test, or are the same in all.
    public static func shared() async throws -> LocalPostgres { try await start.value }

    /// Lends a database of its own in the shared cluster; it is dropped afterwards.
    ///
    /// - Parameters:
    ///   - template: The database to copy; nil is PostgreSQL's empty `template0`. Grants on the database itself are
    ///     not copied.
    ///   - body: What to do with it.
    public static func withDatabase<Value>(
        template: String? = nil, _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let cluster = try await shared()
        let database = TestDatabase(name: TestDatabase.newName(), cluster: cluster)
        try await cluster.execute("CREATE DATABASE \(database.name) TEMPLATE \(template ?? "template0")")
        let value: Value
        do {
            value = try await body(database)
        } catch {
            try await database.drop()
            throw error
        }
        try await database.drop()
        return value
    }

    /// Lends a cluster of its own, for tests that stop, crash or restart servers, or change roles.
    ///
    /// What was committed there is still there after a crash of the server, unless `settings` say otherwise.
    public static func withCluster<Value>(
        settings: [String: String] = [:], _ body: (LocalPostgres) async throws -> Value
    ) async throws -> Value {
        let cluster = try await makeCluster(settings: ["synchronous_commit": "on"].merging(settings) { $1 })
        let value: Value
        do {
            value = try await body(cluster)
        } catch {
            try await cluster.stop(.immediate)
            throw error
        }
        try await cluster.stop(.immediate)
        return value
    }

    /// A path for a server's folder that does not exist yet, short enough for a Unix socket.
    public static func temporaryFolder() -> URL {
        let name = "bulkhead-test-" + UUID().uuidString.lowercased().prefix(13)
        return FileManager.default.temporaryDirectory.appendingPathComponent(name, isDirectory: true)
    }

    private static func makeCluster(settings extra: [String: String]) async throws -> LocalPostgres {
        try await LocalPostgres.start(
            in: temporaryFolder(), settings: settings.merging(extra) { $1 }, lifetime: .temporary,
            logger: Logger(label: "test.postgres"))
    }
}
