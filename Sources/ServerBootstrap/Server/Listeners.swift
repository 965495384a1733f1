import BulkheadHummingbird
import ControlPlane
import Hummingbird
import HummingbirdCore
import LocalServers
import Logging
import NIOCore
import ServiceLifecycle
import TLS
import Tenancy

/// Everything of a server that needs its databases: keys, routes, the two listeners.
struct Listeners: Service {
    /// How long a connection may be silent.
    private static let idleTimeout = TimeAmount.seconds(75)
    /// How long an HTTP/2 connection may stay after it was told to leave: well within ``Server/drainLimit``, or one client
    /// that has gone to sleep would have all others cut off.
    static let farewellTimeout = TimeAmount.seconds(8)

    let configuration: ServerConfiguration
    let databases: Databases
    let role: ServerRole
    let application: TenantApplication
    let logger: Logger
    let onReady: @Sendable (ServerAddresses) async -> Void

    /// Puts the installation together, listens, and serves until graceful shutdown.
    func run() async throws {
        // Chosen as late as possible, so that nobody else takes it in between.
        let configuration = self.role.servesRequests ? try self.configuration.withHTTPPort() : self.configuration
        let composition = try await Composition.load(
            configuration, databases: self.databases, patience: .seconds(30), logger: self.logger)
        let refresh = KeyRefresh(composition, logger: self.logger)
        let ready = ReadySignal(
            self.role, redirects: configuration.certificate?.redirectPort != nil, self.onReady)
        var services: [any Service] = [refresh] + composition.finding.services
        if self.role.works { services += try Workers(composition: composition, logger: self.logger).services }
        let certificate = self.role.servesRequests ? try await self.certificate(of: composition) : nil
        services += certificate?.services ?? []
        services.append(self.management(composition, refresh, certificate, ready))
        if self.role.servesRequests { services += self.http(composition, certificate, ready) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services, logger: self.logger))
        try await group.run()
    }

    private func certificate(of composition: Composition) async throws -> ServerCertificate? {
        guard let settings = composition.configuration.certificate else { return nil }
        return try await ServerCertificate.load(
            settings, base: composition.configuration.baseDomain, shared: composition.certificates,
            tenants: composition.tenants, logger: self.logger)
    }

    private func http(
        _ composition: Composition, _ certificate: ServerCertificate?, _ ready: ReadySignal
    ) -> [any Service] {
        let configuration = composition.configuration
        let overview: any CertificateOverview = certificate ?? NoCertificates()
        let hsts = configuration.certificate.flatMap { $0.hsts > 0 ? StrictTransportSecurity(maxAge: $0.hsts) : nil }
        let responder = StrictTransportResponder(
            composition.responder(certificates: overview, application: self.application), policy: hsts)
        let main = self.listening(configuration.http, responder, "http", certificate) {
            await ready.http(listensOn: $0)
        }
        guard let port = configuration.certificate?.redirectPort else { return [main] }
        let listener = ServerConfiguration.Listener(host: configuration.http.host, port: port)
        let redirect = RedirectResponder(
            base: configuration.baseDomain.description, port: configuration.publicPort ?? configuration.http.port)
        return [main, self.listening(listener, redirect, "redirect") { await ready.redirect(listensOn: $0) }]
    }

    private func management(
        _ composition: Composition, _ refresh: KeyRefresh, _ certificate: ServerCertificate?, _ ready: ReadySignal
    ) -> ListeningService {
        let router = Router(context: BasicRequestContext.self)
        let readiness = ServerReadiness(composition: composition, refresh: refresh, certificate: certificate)
        HealthRoutes(checks: readiness.checks).register(on: router)
        return self.listening(self.configuration.management, router.buildResponder(), "management") {
            await ready.management(listensOn: $0)
        }
    }

    private func listening<Responder: HTTPResponder>(
        _ listener: ServerConfiguration.Listener, _ responder: Responder, _ label: String,
        _ certificate: ServerCertificate? = nil, onListening: @escaping @Sendable (Int) async -> Void
    ) -> ListeningService where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let application = Application(
            responder: responder, server: Self.server(certificate),
            configuration: ApplicationConfiguration(address: .hostname(listener.host, port: listener.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? listener.port) },
            logger: self.logger)
        return ListeningService(application: application, listener: listener, label: label)
    }

    private static func server(_ certificate: ServerCertificate?) -> HTTPServerBuilder {
        guard let certificate else {
            return .plain(
                configuration: .init(additionalChannelHandlers: [RequestHeadGuard()], idleTimeout: Self.idleTimeout))
        }
        return .secure(
            certificate.live,
            configuration: .init(
                additionalChannelHandlers: [RequestHeadGuard()], idleTimeout: Self.idleTimeout,
                farewellTimeout: Self.farewellTimeout))
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
