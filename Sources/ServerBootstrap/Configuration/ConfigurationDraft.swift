import BulkheadHummingbird
import Foundation
import Identity
import Logging
import Tenancy

/// A configuration while it is put together: takes values out of the layers and remembers what is wrong with them.
struct ConfigurationDraft {
    let layers: [ConfigurationLayer]
    var problems: [ConfigurationProblem]
    var values: [EffectiveValue] = []

    /// Everything, or nil if something that is needed is missing or wrong; ``problems`` then says what.
    mutating func assemble() -> ServerConfiguration? {
        let domain = self.value(.baseDomain, default: "localhost") { BaseDomain($0) }
        let isLocal = domain?.description == "localhost"
        let bareIsAdmin = self.value(.adminOnBareDomain, default: isLocal ? "true" : "false", Self.boolean)
        let http = self.listener(.httpHost, .httpPort, host: "0.0.0.0", port: 8080)
        let management = self.listener(.managementHost, .managementPort, host: "127.0.0.1", port: 8081)
        let source = self.value(.tlsSource, default: "none", CertificateSourceName.init(rawValue:))
        let services = self.dnsServices(isLocal: isLocal, provesNames: source == .acme)
        let certificate = self.certificate(source, base: domain, services: services)
        let scheme = self.value(.publicScheme, default: isLocal && certificate == nil ? "http" : "https") {
            ["http", "https"].contains($0) ? $0 : nil
        }
        let publicPort = self.publicPort(isBehindProxy: scheme == "https" && certificate == nil)
        let proxies = self.value(.trustedProxies, default: "", Self.addresses)
        let control = self.database(.databaseURL, .databaseConnections, connections: 8)
        let direct = self.value(.databaseDirectURL, default: nil) { DatabaseURL($0) }
        let app = self.database(.appDatabaseURL, .appDatabaseConnections, connections: 16)
        let dedicated = self.value(.appDatabaseDedicatedConnections, default: "32") { Self.number($0, in: 0...5000) }
        let pooler = self.poolerURL()
        let prepared = self.value(.preparedStatements, default: "true", Self.boolean)
        let secret = self.value(.secretFile, default: nil, required: true) {
            $0.isEmpty ? nil : URL(fileURLWithPath: $0)
        }
        let cost = self.value(.scryptLogRounds, default: "15") { text in
            Int(text).flatMap { (10...17).contains($0) ? ScryptCost(logRounds: $0, blockSize: 8, parallelism: 1) : nil }
        }
        let level = self.value(.logLevel, default: "info") { Logger.Level(rawValue: $0) }
        let provisioning = self.provisioning()
        let mail = self.mail(baseDomain: domain)
        let dns = self.dns(baseDomain: domain, services: services)
        let redis = self.redis()
        let tables = self.tables()
        let shared = self.sharedHosts()
        let edgeToken = self.value(.edgeToken, default: nil) { ServiceToken($0) }
        self.showEdge()
        let limits = self.rateLimits()
        guard let domain, let bareIsAdmin, let http, let management, let scheme, let proxies, let control, let app,
            let dedicated, let prepared, let secret, let cost, let level, let provisioning, let dns, let limits,
            let tables, let shared
        else { return nil }
        let directDatabase = ServerConfiguration.Database(url: direct ?? control.url, connections: control.connections)
        return ServerConfiguration(
            baseDomain: domain, bareIsAdmin: bareIsAdmin, http: http, management: management, publicScheme: scheme,
            publicPort: publicPort, trustedProxies: proxies, control: control, direct: directDatabase, app: app,
            dedicatedConnections: dedicated, preparedStatements: prepared, secretFile: secret, scryptCost: cost,
            logLevel: level,
            provisioning: provisioning, mail: mail, dns: dns, certificate: certificate, edgeToken: edgeToken,
            rateLimits: limits, redis: redis, tables: tables, sharedHosts: shared, poolerURL: pooler)
    }

    // MARK: Parts

    mutating func listener(
        _ host: Setting, _ port: Setting, host standardHost: String, port standardPort: Int
    ) -> ServerConfiguration.Listener? {
        let host = self.value(host, default: standardHost) { text in
            let isPlain = !text.isEmpty && !text.contains { $0.isWhitespace || $0 == "/" || $0 == "@" }
            return isPlain ? text : nil
        }
        let port = self.value(port, default: String(standardPort)) { Self.number($0, in: 0...65_535) }
        guard let host, let port else { return nil }
        return ServerConfiguration.Listener(host: host, port: port)
    }

    /// Behind a proxy that speaks TLS people reach port 443; without one, the port that listens.
    private mutating func publicPort(isBehindProxy: Bool) -> Int? {
        self.value(.publicPort, default: isBehindProxy ? "443" : nil) { Self.number($0, in: 1...65_535) }
    }

    private mutating func database(
        _ url: Setting, _ connections: Setting, connections standard: Int
    ) -> ServerConfiguration.Database? {
        let url = self.value(url, default: nil, required: true) { DatabaseURL($0) }
        let connections = self.value(connections, default: String(standard)) { Self.number($0, in: 1...500) }
        guard let url, let connections else { return nil }
        return ServerConfiguration.Database(url: url, connections: connections)
    }

    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: return nil
        }
    }

    static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    static func addresses(_ text: String) -> [String]? {
        let list = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return list.allSatisfy { AddressRange($0) != nil } ? list : nil
    }

    // MARK: Values

    /// The value of the first layer that has one, read by `parse`; nil if there is none or it is wrong.
    mutating func value<Value>(
        _ setting: Setting, default standard: String?, required: Bool = false, _ parse: (String) -> Value?
    ) -> Value? {
        let (text, origin) = self.find(setting)
        let effective = text ?? standard
        self.values.append(
            EffectiveValue(
                key: setting.rawValue, variable: setting.variable, value: effective.map { Self.shown($0, setting) },
                origin: origin.description, isOfInstance: origin.isInstance))
        guard let effective else {
            if required { self.report(setting, origin, value: nil, "is missing; it must be \(setting.rule)") }
            return nil
        }
        if let value = parse(effective) { return value }
        self.report(setting, origin, value: Self.shown(effective, setting), "must be \(setting.rule)")
        return nil
    }

    mutating func find(_ setting: Setting) -> (text: String?, origin: ConfigurationOrigin) {
        for layer in self.layers {
            do {
                if let text = try layer.value(of: setting) { return (text, layer.origin) }
            } catch {
                self.report(setting, layer.origin, value: nil, "must be \(setting.rule), not a list or a mapping")
                return (nil, layer.origin)
            }
        }
        return (nil, .standard)
    }

    mutating func report(_ setting: Setting, _ origin: ConfigurationOrigin, value: String?, _ detail: String) {
        let place = origin.place(of: setting)
        // One complaint about a place is enough.
        guard !self.problems.contains(where: { $0.place == place }) else { return }
        self.problems.append(ConfigurationProblem(place: place, value: value, detail: detail))
    }

    private static func shown(_ text: String, _ setting: Setting) -> String {
        guard setting.holdsPassword else { return text }
        switch setting {
        case .databaseURL, .databaseDirectURL, .appDatabaseURL, .directoryDatabaseURL, .pgbouncerURL:
            return DatabaseURL(text)?.description ?? "(hidden)"
        default: return "(hidden)"
        }
    }
}
