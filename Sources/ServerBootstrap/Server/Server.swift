public import BulkheadHummingbird
public import Logging
public import ServiceLifecycle
import UnixSignals

/// A Bulkhead server: databases, keys, the HTTP listener and the management listener, started and stopped in order.
public struct Server: Sendable {
    /// How long requests under way may take to finish after a signal; then they are cancelled.
    public static let drainLimit: Duration = .seconds(20)

    private let configuration: ServerConfiguration
    private let role: ServerRole
    private let application: TenantApplication
    private let companions: [any Service]
    private let logger: Logger
    private let onReady: @Sendable (ServerAddresses) async -> Void

    /// A server that does nothing until it is run.
    ///
    /// - Parameters:
    ///   - role: what it does.
    ///   - application: what is served to tenants besides Bulkhead's own.
    ///   - companions: services that start before everything else and stop after it.
    ///   - onReady: called once, when both listeners listen.
    public init(
        _ configuration: ServerConfiguration, role: ServerRole = .all, application: TenantApplication = .none,
        companions: [any Service] = [], logger: Logger,
        onReady: @escaping @Sendable (ServerAddresses) async -> Void
    ) {
        self.configuration = configuration
        self.role = role
        self.application = application
        self.companions = companions
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until SIGTERM or SIGINT, finishes the requests under way, and returns.
    ///
    /// - Throws: ``BootstrapError`` if it cannot listen; what the databases throw if it cannot start.
    public func run() async throws {
        let databases = Databases(self.configuration, logger: self.logger)
        let listeners = Listeners(
            configuration: self.configuration, databases: databases, role: self.role,
            application: self.application, logger: self.logger,
            onReady: self.onReady)
        var settings = ServiceGroupConfiguration(
            services: self.companions + databases.services + [listeners],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger)
        settings.maximumGracefulShutdownDuration = Self.drainLimit
        try await ServiceGroup(configuration: settings).run()
    }
}
