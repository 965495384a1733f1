import BulkheadHummingbird
import EdgeGateway
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle
import TLS
import Tenancy

/// Everything of an edge that needs its clients: keys, tenants, the listeners.
struct EdgeListeners: Service {
    let settings: EdgeSettings
    let clients: EdgeComposition.Clients
    let logger: Logger
    let onReady: @Sendable (ServerAddresses) async -> Void

    /// Puts the edge together, listens, and serves until graceful shutdown.
    func run() async throws {
        let composition = try await EdgeComposition.load(
            self.settings, clients: self.clients, patience: .seconds(30), logger: self.logger)
        let certificate = try self.certificate()
        let ready = ReadySignal(
            .edge, redirects: self.settings.certificate?.redirectPort != nil, self.onReady)
        let http = self.settings.http
        let edge = try composition.gateway.service(
            host: http.host, port: http.port, certificate: certificate?.live, logger: self.logger
        ) { port in await ready.http(listensOn: port) }
        var services = composition.finding.services + [composition.refresh] + (certificate?.services ?? [])
        services.append(self.management(composition, certificate, ready))
        services.append(ListeningService(application: edge, listener: http, label: "edge"))
        services += self.redirect(ready)
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services, logger: self.logger)
        ).run()
    }

    private func certificate() throws -> ServerCertificate? {
        guard case .files(let chain, let key)? = self.settings.certificate?.source else { return nil }
        return try ServerCertificate.files(chain.path, key.path, base: self.settings.baseDomain, self.logger)
    }

    private func management(
        _ composition: EdgeComposition, _ certificate: ServerCertificate?, _ ready: ReadySignal
    ) -> ListeningService {
        let router = Router(context: BasicRequestContext.self)
        HealthRoutes(checks: composition.checks(self.clients, certificate)).register(on: router)
        return self.plain(self.settings.management, router.buildResponder(), "management") {
            await ready.management(listensOn: $0)
        }
    }

    private func redirect(_ ready: ReadySignal) -> [ListeningService] {
        guard let port = self.settings.certificate?.redirectPort else { return [] }
        let responder = RedirectResponder(
            base: self.settings.baseDomain.description, port: self.settings.publicPort ?? self.settings.http.port)
        let listener = ServerConfiguration.Listener(host: self.settings.http.host, port: port)
        return [self.plain(listener, responder, "redirect") { await ready.redirect(listensOn: $0) }]
    }

    private func plain<Responder: HTTPResponder>(
        _ listener: ServerConfiguration.Listener, _ responder: Responder, _ label: String,
        onListening: @escaping @Sendable (Int) async -> Void
    ) -> ListeningService where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let application = Application(
            responder: responder,
            server: .plain(
                configuration: .init(additionalChannelHandlers: [RequestHeadGuard()], idleTimeout: .seconds(75))),
            configuration: ApplicationConfiguration(address: .hostname(listener.host, port: listener.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? listener.port) },
            logger: self.logger)
        return ListeningService(application: application, listener: listener, label: label)
    }
}
