public import BulkheadHummingbird
import Foundation
import Hummingbird
import HummingbirdCore
public import Identity
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
public import TLS
public import Tenancy

/// The edge: finds the tenant of each request, tells what stands behind it, and lets nobody else tell.
///
/// Knows tenants through the ``Tenancy/TenantDirectory`` port only, and tokens by their public keys.
/// ```swift
/// var configuration = EdgeConfiguration(pages: .upstream([UpstreamAddress(host: "10.0.0.5", port: 3000)]))
/// let edge = try EdgeGateway(configuration, hosts: hosts, directory: directory, tokens: tokens, audit: log)
/// try await edge.service(host: "0.0.0.0", port: 443, certificate: live, logger: logger) { port in }.run()
/// ```
public struct EdgeGateway: Sendable {
    private let configuration: EdgeConfiguration
    private let hosts: HostPolicy
    private let envelope: RequestEnvelope<EdgeContext>
    private let tenants: TenantMiddleware<EdgeContext>
    private let strangers: StrangerLimit?
    private let tls: NIOSSLContext?

    /// An edge.
    ///
    /// - Parameters:
    ///   - configuration: how it works.
    ///   - hosts: which host is whose, and which proxies in front are believed.
    ///   - directory: where tenants are found.
    ///   - tokens: verifies access tokens; public keys are enough.
    ///   - audit: where isolation violations are written down.
    ///   - problems: translates errors of `directory` into answers.
    ///   - strangers: limits the requests that come to no tenant, by address; nil for no limit.
    /// - Throws: `NIOSSLError` if the authorities for upstreams cannot be read.
    public init(
        _ configuration: EdgeConfiguration, hosts: HostPolicy, directory: any TenantDirectory, tokens: TokenAuthority,
        audit: any AuditTrail, problems: ProblemTranslator = .init(), strangers: StrangerLimit? = nil
    ) throws {
        self.configuration = configuration
        self.hosts = hosts
        self.strangers = strangers
        self.envelope = RequestEnvelope(
            hosts: hosts, problems: problems, productName: configuration.productName, relays: true)
        self.tenants = TenantMiddleware(
            hosts: hosts, directory: directory, tokens: tokens, audit: audit
        ) { request, _ in configuration.signInPaths.contains(request.uri.path) }
        self.tls = try Self.tls(configuration)
    }

    /// A listener; every one has connections to upstreams of its own.
    ///
    /// - Parameters:
    ///   - certificate: what it shows; nil for plain HTTP.
    ///   - onListening: called with the port once it listens.
    public func service(
        host: String, port: Int, certificate: LiveCertificate? = nil, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws -> any Service {
        let isSecure = certificate != nil
        let routes = try self.routes(isSecure: isSecure, logger)
        let server = EdgeServer(
            configuration: self.configuration, isSecure: isSecure,
            responder: EdgeResponder(
                envelope: self.envelope, tenants: self.tenants, strangers: self.strangers, routes: routes),
            logger: logger)
        let listener = try Self.builder(server, certificate).buildServer(
            configuration: ServerConfiguration(address: .hostname(host, port: port)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, channel in
                try await server.serve(request, writer, on: channel, isStream: true)
            },
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) })
        return EdgeListener(listener: listener, routes: routes)
    }

    private func routes(isSecure: Bool, _ logger: Logger) throws -> EdgeRoutes {
        let configuration = self.configuration
        func group(_ addresses: [UpstreamAddress]) -> UpstreamGroup {
            UpstreamGroup(
                addresses, limit: configuration.connectionLimit, timeout: configuration.timeouts.connect, tls: self.tls)
        }
        let proxy = UpstreamProxy(
            timeouts: configuration.timeouts, isSecure: isSecure, trustedPeers: self.hosts.trustedPeers,
            dialer: TunnelDialer(limit: configuration.tunnelLimit, tls: self.tls))
        switch configuration.pages {
        case .upstream(let addresses):
            let pages = group(addresses)
            let api = configuration.api == addresses ? pages : group(configuration.api)
            return EdgeRoutes(pages: .upstream(pages), api: api, proxy: proxy)
        case .portal(let folder):
            let files = PortalFiles(folder: folder, logger: logger)
            return EdgeRoutes(pages: .portal(files), api: group(configuration.api), proxy: proxy)
        }
    }

    private static func builder(_ server: EdgeServer, _ certificate: LiveCertificate?) -> HTTPServerBuilder {
        let http1 = EdgeHTTP1Channel(server: server)
        guard let certificate else { return .plain { _ in http1 } }
        return .secure(
            certificate,
            configuration: TLSListenerConfiguration(
                idleTimeout: server.configuration.connectionIdle, farewellTimeout: server.configuration.farewell),
            http1: http1)
    }

    /// Without sessions to resume or protocols to choose: upstreams speak HTTP/1.1.
    private static func tls(_ configuration: EdgeConfiguration) throws -> NIOSSLContext? {
        var addresses = configuration.api
        if case .upstream(let pages) = configuration.pages { addresses += pages }
        guard addresses.contains(where: \.isSecure) else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let file = configuration.upstreamAuthorities { tls.trustRoots = .file(file) }
        return try NIOSSLContext(configuration: tls)
    }
}

/// A listener with the connections behind it.
private struct EdgeListener: Service {
    let listener: any Service
    let routes: EdgeRoutes

    func run() async throws {
        defer { self.routes.close() }
        try await self.listener.run()
    }
}
