import BulkheadHummingbird
import EdgeGateway
import Foundation
import Logging
import NIOCore
import Tenancy

extension ConfigurationDraft {
    /// An edge's configuration, or nil if something that it needs is missing or wrong; ``problems`` then says what.
    mutating func assembleEdge() -> EdgeSettings? {
        let domain = self.value(.baseDomain, default: "localhost") { BaseDomain($0) }
        let isLocal = domain?.description == "localhost"
        let bareIsAdmin = self.value(.adminOnBareDomain, default: isLocal ? "true" : "false", Self.boolean)
        let http = self.listener(.httpHost, .httpPort, host: "0.0.0.0", port: 8080)
        let management = self.listener(.managementHost, .managementPort, host: "127.0.0.1", port: 8081)
        let certificate = self.edgeCertificate(base: domain)
        let scheme = self.value(.publicScheme, default: isLocal && certificate == nil ? "http" : "https") {
            ["http", "https"].contains($0) ? $0 : nil
        }
        let publicPort = self.value(.publicPort, default: nil) { Self.number($0, in: 1...65_535) }
        let proxies = self.value(.trustedProxies, default: "", Self.addresses)
        let directory = self.directoryDatabase(isNeeded: true)
        let prepared = self.value(.preparedStatements, default: "true", Self.boolean)
        let redis = self.redis()
        let limits = self.rateLimits()
        let level = self.value(.logLevel, default: "info") { Logger.Level(rawValue: $0) }
        let staleness = self.value(.edgeStaleness, default: "3600") { Self.seconds($0, in: 1...604_800) }
        let gateway = self.gateway(isNeeded: true)
        guard let domain, let bareIsAdmin, let http, let management, let scheme, let proxies, let directory,
            let prepared, let limits, let level, let staleness, var gateway
        else { return nil }
        if let certificate, certificate.hsts > 0 {
            gateway.strictTransportSecurity = "max-age=\(certificate.hsts); includeSubDomains"
        }
        return EdgeSettings(
            baseDomain: domain, bareIsAdmin: bareIsAdmin, http: http, management: management,
            issuer: "\(scheme)://\(domain.adminHost)", publicPort: publicPort, trustedProxies: proxies,
            directory: directory, preparedStatements: prepared, redis: redis, certificate: certificate,
            rateLimits: limits, logLevel: level, staleness: staleness, gateway: gateway)
    }

    /// What only an edge reads, for a configuration that is shown; nothing of it is missing there.
    mutating func showEdge() {
        _ = self.directoryDatabase(isNeeded: false)
        _ = self.value(.edgeStaleness, default: "3600") { Self.seconds($0, in: 1...604_800) }
        _ = self.gateway(isNeeded: false)
    }

    private mutating func directoryDatabase(isNeeded: Bool) -> ServerConfiguration.Database? {
        let url = self.value(.directoryDatabaseURL, default: nil, required: isNeeded) { DatabaseURL($0) }
        let connections = self.value(.directoryDatabaseConnections, default: "2") { Self.number($0, in: 1...500) }
        guard let url, let connections else { return nil }
        return ServerConfiguration.Database(url: url, connections: connections)
    }

    /// The installation's own certificate is sealed with its secret, which an edge does not have: it shows files.
    private mutating func edgeCertificate(base: BaseDomain?) -> CertificateConfiguration? {
        let source = self.value(.tlsSource, default: "none") { ["none", "files"].contains($0) ? $0 : nil }
        if source == nil, self.find(.tlsSource).text == "acme" {
            let origin = self.find(.tlsSource).origin
            self.problems.removeAll { $0.place == origin.place(of: .tlsSource) }
            self.report(
                .tlsSource, origin, value: "acme", "must be none or files for an edge, which has no secret file")
        }
        return self.certificate(
            source.flatMap(CertificateSourceName.init(rawValue:)), base: base,
            services: DNSServices(provider: nil, names: nil, proofs: nil, resolvers: nil))
    }

    private mutating func gateway(isNeeded: Bool) -> EdgeConfiguration? {
        let upstream = self.value(.edgeUpstream, default: nil, Self.upstreams)
        let api = self.value(.edgeAPIUpstream, default: nil, Self.upstreams)
        let portal = self.value(.edgePortal, default: nil) { $0.isEmpty ? nil : $0 }
        let timeouts = self.edgeTimeouts()
        let limits = self.edgeLimits()
        let authorities = self.value(.edgeUpstreamCAFile, default: nil) { $0.isEmpty ? nil : $0 }
        let product = self.value(.edgeProductName, default: "Bulkhead") {
            TextRule.name.problem(in: $0) == nil ? $0 : nil
        }
        let signIn = self.value(.edgeSignInPaths, default: "/api/tenant/sessions, /api/tenant/activations", Self.paths)
        guard let pages = self.pages(upstream, api, portal, isNeeded: isNeeded), let timeouts, let limits, let product,
            let signIn
        else { return nil }
        var gateway = EdgeConfiguration(pages: pages, api: api ?? upstream)
        gateway.timeouts = timeouts
        gateway.bodyLimit = limits.body == 0 ? nil : limits.body
        gateway.connectionLimit = limits.connections
        gateway.tunnelLimit = limits.tunnels
        gateway.upstreamAuthorities = authorities
        gateway.productName = product
        gateway.signInPaths = Set(signIn)
        return gateway
    }

    private mutating func pages(
        _ upstream: [UpstreamAddress]?, _ api: [UpstreamAddress]?, _ portal: String?, isNeeded: Bool
    ) -> EdgeConfiguration.Pages? {
        switch (portal, upstream, api) {
        case (let folder?, _, _?), (let folder?, _?, nil): return .portal(folder: folder)
        case (nil, let upstream?, _): return .upstream(upstream)
        case (_?, nil, nil):
            let detail =
                "is missing: a portal of files needs a server for /api; it must be \(Setting.edgeAPIUpstream.rule)"
            self.report(.edgeAPIUpstream, self.find(.edgeAPIUpstream).origin, value: nil, detail)
        case (nil, nil, _) where isNeeded:
            let detail = "is missing, and so is edge.portal; it must be \(Setting.edgeUpstream.rule)"
            self.report(.edgeUpstream, self.find(.edgeUpstream).origin, value: nil, detail)
        case (nil, nil, _): break
        }
        return nil
    }

    private mutating func edgeTimeouts() -> EdgeConfiguration.Timeouts? {
        let connect = self.value(.edgeConnectTimeout, default: "5") { Self.seconds($0, in: 0.1...60) }
        let answer = self.value(.edgeAnswerTimeout, default: "60") { Self.seconds($0, in: 0.1...3600) }
        let idle = self.value(.edgeIdleTimeout, default: "60") { Self.seconds($0, in: 0.1...3600) }
        let tunnel = self.value(.edgeTunnelTimeout, default: "600") { Self.seconds($0, in: 1...86_400) }
        guard let connect, let answer, let idle, let tunnel else { return nil }
        return EdgeConfiguration.Timeouts(
            connect: TimeAmount(connect), answer: TimeAmount(answer), idle: TimeAmount(idle),
            tunnelIdle: TimeAmount(tunnel))
    }

    private mutating func edgeLimits() -> (body: Int, connections: Int, tunnels: Int)? {
        let body = self.value(.edgeBodyLimit, default: "104857600") { Self.number($0, in: 0...(1 << 50)) }
        let connections = self.value(.edgeConnections, default: "256") { Self.number($0, in: 1...65_535) }
        let tunnels = self.value(.edgeTunnels, default: "10000") { Self.number($0, in: 0...1_000_000) }
        guard let body, let connections, let tunnels else { return nil }
        return (body, connections, tunnels)
    }

    private static func upstreams(_ text: String) -> [UpstreamAddress]? {
        let list = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let addresses = list.compactMap { UpstreamAddress($0) }
        return !list.isEmpty && addresses.count == list.count ? addresses : nil
    }

    private static func paths(_ text: String) -> [String]? {
        let list = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return list.allSatisfy { $0.hasPrefix("/") } ? list : nil
    }
}
