public import Logging
import ServiceLifecycle
import UnixSignals

/// An edge as a process: clients, keys and listeners, started and stopped in order.
public struct EdgeProcess: Sendable {
    private let settings: EdgeSettings
    private let logger: Logger
    private let onReady: @Sendable (ServerAddresses) async -> Void

    /// An edge that does nothing until it is run.
    ///
    /// - Parameter onReady: called once, when all listeners listen.
    public init(
        _ settings: EdgeSettings, logger: Logger, onReady: @escaping @Sendable (ServerAddresses) async -> Void
    ) {
        self.settings = settings
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until SIGTERM or SIGINT, finishes the requests under way, and returns.
    ///
    /// - Throws: ``BootstrapError`` if it cannot listen; `PostgresError` if the catalog is not there at the start.
    public func run() async throws {
        let clients = EdgeComposition.Clients(self.settings, logger: self.logger)
        let listeners = EdgeListeners(
            settings: self.settings, clients: clients, logger: self.logger, onReady: self.onReady)
        var group = ServiceGroupConfiguration(
            services: clients.services + [listeners], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger)
        group.maximumGracefulShutdownDuration = Server.drainLimit
        try await ServiceGroup(configuration: group).run()
    }
}
