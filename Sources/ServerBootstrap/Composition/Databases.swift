public import Logging
public import Postgres
public import Redis
public import ServiceLifecycle
public import TenancyPostgres

/// The clients of an installation: one for the control plane, one for tenants' rows, and what helps them.
///
/// Two, because they log in as two roles, and the one that serves requests to tenants has no right to the catalog.
public struct Databases: Sendable {
    /// Logs in as `bulkhead_control`.
    public let control: PostgresClient
    /// Logs in as `bulkhead_app`.
    public let app: PostgresClient
    /// Log in as `bulkhead_app` too, for one tenant each.
    public let dedicated: DedicatedPools
    /// Listens, as `bulkhead_control`, past a connection pooler.
    public let listener: PostgresClient
    /// Finds tenants for requests, as `bulkhead_control`: beside the work of the control plane, not behind it.
    public let directory: PostgresClient
    /// Makes finding tenants faster; nil for none.
    public let redis: RedisClient?

    /// Clients that do nothing until they are run.
    public init(_ configuration: ServerConfiguration, logger: Logger) {
        // The control plane's work takes a moment or a second - it makes tables, it waits for locks -, so nothing is sent
        // behind a batch whose end nobody knows.
        self.control = Self.client(
            configuration.control, of: configuration, name: "bulkhead control", batchesInFlight: 1, logger)
        self.app = Self.client(configuration.app, of: configuration, name: "bulkhead app", logger)
        self.dedicated = DedicatedPools(
            template: self.app.configuration, maximumConnections: configuration.dedicatedConnections, logger: logger)
        var listening = configuration.direct
        listening.connections = 1
        self.listener = Self.client(listening, of: configuration, name: "bulkhead listen", logger)
        var finding = configuration.control
        finding.connections = Self.directoryConnections
        self.directory = Self.client(finding, of: configuration, name: "bulkhead directory", logger)
        self.redis = configuration.redis.map { RedisClient(configuration: $0.client, logger: logger) }
    }

    /// The clients as services; they have to outlive whatever uses them.
    public var services: [any Service] {
        let redis: [any Service] = self.redis.map { [$0] } ?? []
        return [self.control, self.app, self.listener, self.directory, self.dedicated] + redis
    }

    /// Enough for many thousand lookups a second.
    static let directoryConnections = 2

    /// Asks both databases for anything, so that one that is not there is found out about first, and soon.
    ///
    /// - Throws: `PostgresError`, whose cause says why no connection could be opened.
    func check(patience: Duration) async throws {
        for client in [self.control, self.app] { _ = try await client.query("SELECT 1", deadline: .now + patience) }
    }

    /// A client past a connection pooler, for migrations.
    public static func direct(_ configuration: ServerConfiguration, logger: Logger) -> PostgresClient {
        self.client(configuration.direct, of: configuration, name: "bulkhead migrate", logger)
    }

    private static func client(
        _ database: ServerConfiguration.Database, of configuration: ServerConfiguration, name: String,
        batchesInFlight: Int? = nil, _ logger: Logger
    ) -> PostgresClient {
        var settings = PostgresConfiguration(connectionString: database.url.text)
        if let batchesInFlight { settings.maximumBatchesInFlight = batchesInFlight }
        settings.applicationName = name
        settings.maximumConnections = database.connections
        settings.maximumLeasedConnections = max(1, database.connections - 1)
        if !configuration.preparedStatements { settings.preparedStatementsPerConnection = 0 }
        return PostgresClient(configuration: settings, logger: logger)
    }
}

extension PostgresClient {
    /// Runs clients while `body` runs, and ends them with it.
    public static func running<Value: Sendable>(
        _ clients: [any Service], _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Outcome<Value>.self) { group in
            for client in clients {
                group.addTask {
                    try await client.run()
                    return .clientEnded
                }
            }
            group.addTask { .finished(try await body()) }
            defer { group.cancelAll() }
            for try await outcome in group {
                if case .finished(let value) = outcome { return value }
            }
            throw CancellationError()
        }
    }

    private enum Outcome<Value: Sendable>: Sendable {
        case clientEnded
        case finished(Value)
    }
}
