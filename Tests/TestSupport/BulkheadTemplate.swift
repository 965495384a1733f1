import LocalServers
import Logging
public import Postgres
public import TenancyPostgres

/// The prepared and migrated database that every test's own database is a copy of; made once in a test process.
enum BulkheadTemplate {
    static let name = "bulkhead_template"

    /// What the login roles sign in with, on clusters of tests only.
    static let passwords: [LoginRole: String] = [
        .control: "control-of-tests", .app: "app-of-tests", .directory: "directory-of-tests",
        .backup: "backup-of-tests",
    ]

    // A task without a parent: the template serves the whole process, whichever test asks first.
    private static let preparation = Task { try await prepare(on: try await TestPostgres.shared()) }

    static func ready() async throws {
        try await preparation.value
    }

    /// Installs and migrates into a new database of this name.
    static func prepare(on cluster: LocalPostgres, name: String = BulkheadTemplate.name) async throws {
        try await cluster.execute("CREATE DATABASE \(name) TEMPLATE template0")
        let database = TestDatabase(name: name, cluster: cluster)
        try await withRunningClient(uri: database.uri) { client in
            _ = try await Installation(client: client, database: name).run(passwords: passwords)
        }
        try await withRunningClient(uri: database.uri(role: .control)) { client in
            _ = try await CatalogMigrator(client: client).migrate()
        }
    }
}

extension TestDatabase {
    /// A libpq URI for a login role of Bulkhead's.
    public func uri(role: LoginRole) -> String {
        self.uri(user: role.rawValue, password: BulkheadTemplate.passwords[role])
    }
}

/// Lends a client that runs while the closure does.
public func withRunningClient<Value: Sendable>(
    uri: String, maximumConnections: Int = 4, configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> Value
) async throws -> Value {
    var configuration = PostgresConfiguration(connectionString: uri)
    configuration.maximumConnections = maximumConnections
    configure(&configuration)
    let client = PostgresClient(configuration: configuration, logger: Logger(label: "test.client"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        do {
            let value = try await body(client)
            group.cancelAll()
            return value
        } catch {
            group.cancelAll()
            throw error
        }
    }
}
