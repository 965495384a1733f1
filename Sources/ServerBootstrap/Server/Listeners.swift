import BulkheadHummingbird
import Foundation
import Hummingbird
import HummingbirdCore
import LocalServers
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Everything of a server that needs its databases: keys, routes, the two listeners.
struct Listeners: Service {
    /// How long a connection may be silent.
    private static let idleTimeout = TimeAmount.seconds(75)

    let configuration: ServerConfiguration
    let databases: Databases
    let role: ServerRole
    let logger: Logger
    let onReady: @Sendable (ServerAddresses) async -> Void

    /// Puts the installation together, listens, and serves until graceful shutdown.
    func run() async throws {
        // Chosen as late as possible, so that nobody else takes it in between.
        let configuration = self.role.servesRequests ? try self.configuration.withHTTPPort() : self.configuration
        let composition = try await Composition.load(
            configuration, databases: self.databases, patience: .seconds(30), logger: self.logger)
        let refresh = KeyRefresh(composition, logger: self.logger)
        let ready = ReadySignal(self.role, self.onReady)
        var services: [any Service] = [refresh]
        if self.role.works { services += Workers(composition: composition, logger: self.logger).services }
        services.append(self.management(composition, refresh, ready))
        if self.role.servesRequests { services.append(self.http(composition, ready)) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services, logger: self.logger))
        try await group.run()
    }

    private func http(_ composition: Composition, _ ready: ReadySignal) -> ListeningService {
        self.listening(composition.configuration.http, composition.responder(), "http") {
            await ready.http(listensOn: $0)
        }
    }

    private func management(
        _ composition: Composition, _ refresh: KeyRefresh, _ ready: ReadySignal
    ) -> ListeningService {
        let router = Router(context: BasicRequestContext.self)
        HealthRoutes(checks: ServerReadiness(composition: composition, refresh: refresh).checks).register(on: router)
        return self.listening(self.configuration.management, router.buildResponder(), "management") {
            await ready.management(listensOn: $0)
        }
    }

    private func listening<Responder: HTTPResponder>(
        _ listener: ServerConfiguration.Listener, _ responder: Responder, _ label: String,
        onListening: @escaping @Sendable (Int) async -> Void
    ) -> ListeningService where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(additionalChannelHandlers: [RequestHeadGuard()], idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(address: .hostname(listener.host, port: listener.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? listener.port) },
            logger: self.logger)
        return ListeningService(application: application, listener: listener, label: label)
    }
}

extension ServerConfiguration {
    /// With a port of its own in place of 0: links to tenants have to name it before anything listens.
    fileprivate func withHTTPPort() throws -> ServerConfiguration {
        guard self.http.port == 0 else { return self }
        var copy = self
        copy.http.port = try FreePort.reserve()
        return copy
    }
}

/// A listener that says in words why it cannot listen.
struct ListeningService: Service, CustomStringConvertible {
    let application: any Service
    let listener: ServerConfiguration.Listener
    let label: String

    var description: String { "\(self.label) listener" }

    func run() async throws {
        do {
            try await self.application.run()
        } catch let error as IOError {
            let (host, port) = (self.listener.host, self.listener.port)
            guard error.errnoCode != EADDRINUSE else { throw BootstrapError.addressInUse(host: host, port: port) }
            throw BootstrapError.cannotListen(host: host, port: port, reason: String(describing: error))
        }
    }
}

/// Says once that all listeners listen.
private final class ReadySignal: Sendable {
    private let ports: Mutex<(http: Int?, management: Int?)>
    private let onReady: @Sendable (ServerAddresses) async -> Void

    init(_ role: ServerRole, _ onReady: @escaping @Sendable (ServerAddresses) async -> Void) {
        // A listener that there is not has nothing to report.
        self.ports = Mutex((role.servesRequests ? nil : 0, nil))
        self.onReady = onReady
    }

    func http(listensOn port: Int) async {
        await self.report(
            self.ports.withLock { ports in
                ports.http = port
                return ports
            })
    }

    func management(listensOn port: Int) async {
        await self.report(
            self.ports.withLock { ports in
                ports.management = port
                return ports
            })
    }

    /// Each listener reports once, and only the second finds both ports.
    private func report(_ ports: (http: Int?, management: Int?)) async {
        guard let http = ports.http, let management = ports.management else { return }
        await self.onReady(ServerAddresses(httpPort: http, managementPort: management))
    }
}
