import DNS
import DNSProviders
import DNSResolver
import Foundation
import Tenancy

extension ConfigurationDraft {
    /// How tenants' names come into the DNS; nil if something is wrong.
    mutating func dns(baseDomain: BaseDomain?, services: DNSServices) -> DNSConfiguration? {
        var configuration = DNSConfiguration()
        let days = self.value(.quarantineDays, default: "90") { Self.number($0, in: 0...3650) }
        let zone = self.zone(baseDomain: baseDomain, services)
        guard let days, let provider = services.provider else { return nil }
        configuration.quarantine = NameQuarantine(days: days)
        switch provider {
        case .none: configuration.way = .none
        case .wildcard: configuration.way = .wildcard
        case .route53, .cloudflare, .powerdns:
            guard let zone else { return nil }
            configuration.way = .records(zone)
        }
        return configuration
    }

    // MARK: The zone

    private mutating func zone(
        baseDomain: BaseDomain?, _ services: DNSServices
    ) -> ZoneConfiguration? {
        let service = services.names
        let isNeeded = service != nil
        let base = baseDomain.flatMap { DomainName($0.description) }
        let zone = self.value(.dnsZone, default: base?.description) { text in
            DomainName(text).flatMap { zone in base.map { $0.isWithin(zone) } ?? true ? zone : nil }
        }
        let targets = self.value(.dnsTargets, default: nil, required: isNeeded, Self.targets)
        let shortest = service.map(Self.shortestTTL) ?? 1
        let ttl = self.value(.dnsTTL, default: "300") { Self.number($0, in: shortest...86_400) }
        let registry = self.value(.dnsRegistry, default: nil) { text in
            OwnershipMark(registry: text, subject: "x") == nil ? nil : text
        }
        let limit = self.value(.dnsRemovalLimit, default: "0.1") { text in
            Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
        }
        let interval = self.value(.dnsReconcile, default: "300") { Self.seconds($0, in: 1...86_400) }
        let propagation = self.value(.dnsPropagation, default: "120") { Self.seconds($0, in: 1...3600) }
        let authorities = self.value(.dnsNameServers, default: "", Self.endpoints)
        guard isNeeded, let base, let zone, let targets, let ttl, let limit, let interval, let propagation,
            let authorities, let resolvers = services.resolvers, let service
        else { return nil }
        return ZoneConfiguration(
            service: service, zone: zone, base: base, targets: targets, ttl: ttl, registry: registry,
            removalLimit: limit, interval: interval, propagation: propagation,
            resolver: AresConfiguration(authorities: authorities, resolvers: resolvers))
    }

    /// Cloudflare takes nothing below a minute, and tells resolvers 300 seconds for what goes through its network: a
    /// name that is gone is remembered for that long.
    private static func shortestTTL(_ service: DNSService) -> Int {
        guard case .cloudflare(let configuration) = service else { return 1 }
        return configuration.proxied ? 300 : 60
    }

    private static func targets(_ text: String) -> RecordTargets? {
        do { return try RecordTargets(text) } catch { return nil }
    }

    private static func endpoints(_ text: String) -> [NameServerEndpoint]? {
        let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let endpoints = parts.compactMap { NameServerEndpoint($0) }
        return endpoints.count == parts.count ? endpoints : nil
    }

    // MARK: Services

    /// Who keeps zones, and as whom each is asked.
    ///
    /// Every setting is read, so that what is wrong with one is said whichever provider is chosen.
    mutating func dnsServices(isLocal: Bool, provesNames: Bool) -> DNSServices {
        let provider = self.value(
            .dnsProvider, default: isLocal ? "wildcard" : "none", DNSServices.Name.init(rawValue:))
        let standard = provider.flatMap { $0.hasAPI ? $0.rawValue : nil }
        let prover = self.value(.acmeProvider, default: standard, required: provesNames) { text in
            DNSServices.Name(rawValue: text).flatMap { $0.hasAPI ? $0 : nil }
        }
        let wanted = Set([provider, prover].compactMap { $0 })
        let timeout = self.value(.dnsTimeout, default: "10") { Self.seconds($0, in: 0.1...30) } ?? .seconds(10)
        var services: [DNSServices.Name: DNSService] = [:]
        services[.route53] = self.route53(isNeeded: wanted.contains(.route53), timeout).map(DNSService.route53)
        services[.cloudflare] =
            self.cloudflare(isNeeded: wanted.contains(.cloudflare), timeout).map(DNSService.cloudflare)
        services[.powerdns] = self.powerDNS(isNeeded: wanted.contains(.powerdns), timeout).map(DNSService.powerDNS)
        return DNSServices(
            provider: provider, names: provider.flatMap { services[$0] }, proofs: prover.flatMap { services[$0] },
            resolvers: self.value(.dnsResolvers, default: "", Self.endpoints))
    }

    private mutating func route53(isNeeded: Bool, _ timeout: Duration) -> Route53Provider.Configuration? {
        let id = self.value(.dnsRoute53AccessKeyID, default: nil, required: isNeeded, Self.word)
        let secret = self.value(.dnsRoute53SecretAccessKey, default: nil, required: isNeeded, Self.word)
        let token = self.value(.dnsRoute53SessionToken, default: nil, Self.word)
        let zone = self.value(.dnsRoute53ZoneID, default: nil, Self.word)
        let endpoint = self.value(.dnsRoute53Endpoint, default: nil, Self.url)
        guard let id, let secret else { return nil }
        return Route53Provider.Configuration(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token, endpoint: endpoint, timeout: timeout,
            hostedZoneID: zone)
    }

    private mutating func cloudflare(isNeeded: Bool, _ timeout: Duration) -> CloudflareProvider.Configuration? {
        let token = self.value(.dnsCloudflareToken, default: nil, required: isNeeded, Self.word)
        let proxied = self.value(.dnsCloudflareProxied, default: "false", Self.boolean)
        let zone = self.value(.dnsCloudflareZoneID, default: nil, Self.word)
        guard let token, let proxied else { return nil }
        return CloudflareProvider.Configuration(apiToken: token, proxied: proxied, zoneID: zone, timeout: timeout)
    }

    private mutating func powerDNS(isNeeded: Bool, _ timeout: Duration) -> PowerDNSProvider.Configuration? {
        let url = self.value(.dnsPowerDNSURL, default: nil, required: isNeeded, Self.url)
        let key = self.value(.dnsPowerDNSAPIKey, default: nil, required: isNeeded, Self.word)
        let server = self.value(.dnsPowerDNSServer, default: "localhost", Self.word)
        guard let url, let key, let server else { return nil }
        return PowerDNSProvider.Configuration(url: url, apiKey: key, server: server, timeout: timeout)
    }

    private static func word(_ text: String) -> String? {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? text : nil
    }

    private static func url(_ text: String) -> URL? {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host()?.isEmpty == false else {
            return nil
        }
        return url
    }
}
