import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestSupport
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// A provider whose server is real, or as strict, and can be reached through faults.
enum FaultyProvider: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case powerDNS
    case cloudflare
    case cloudflareProxied
    case route53

    static let zone = "saas.test"
    private static let signingKey = "a-signing-key-for-tests-only"

    var testDescription: String { self.rawValue }

    /// Lends a server with an empty zone.
    func use<Value: Sendable>(_ body: @Sendable (Upstream) async throws -> Value) async throws -> Value {
        switch self {
        case .powerDNS:
            return try await PowerDNSServer.use(zones: [Self.zone]) { try await body(Upstream(url: $0.url)) }
        case .cloudflare, .cloudflareProxied:
            return try await CloudflareServer.use(zone: Self.zone) { server, url in
                let value = try await body(Upstream(url: url))
                // The listing by sets does not show a record that is there twice.
                let places = server.records.map { [$0.name, $0.type, $0.content] }
                guard Set(places).count == places.count else { throw RecordIsThereTwice() }
                return value
            }
        case .route53:
            return try await MotoServer.use { server in
                try await server.makeZone(Self.zone)
                return try await body(Upstream(url: server.url) { try await Self.renew(server) })
            }
        }
    }

    /// A server of a provider.
    struct Upstream: Sendable {
        let url: URL
        /// Forgets what has been in the zone.
        var renew: @Sendable () async throws -> Void = {}
    }

    /// It never again takes a record that it once had, even if that is gone.
    private static func renew(_ server: MotoServer) async throws {
        var request = HTTPClientRequest(url: server.url.appending(path: "moto-api/reset").absoluteString)
        request.method = .POST
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        #expect(answer.status == .ok)
        try await server.makeZone(Self.zone)
    }

    /// A provider of the server at an address.
    func provider(at url: URL, timeout: Duration = .seconds(10)) -> any DNSProvider {
        switch self {
        case .powerDNS:
            PowerDNSProvider(
                .init(url: url, apiKey: PowerDNSServer.apiKey, timeout: timeout), client: ProviderHTTPClient.shared)
        case .cloudflare, .cloudflareProxied:
            CloudflareProvider(
                .init(
                    apiToken: CloudflareServer.token, endpoint: url, proxied: self == .cloudflareProxied,
                    timeout: timeout),
                client: ProviderHTTPClient.shared)
        case .route53:
            Route53Provider(
                .init(
                    accessKeyID: "AKIDTEST", secretAccessKey: Self.signingKey, endpoint: url, timeout: timeout),
                client: ProviderHTTPClient.shared)
        }
    }

    /// Whether its server refuses an alias beside other records, as all real ones do.
    var knowsAliases: Bool { self != .route53 }

    /// What no message may contain.
    var secret: String {
        switch self {
        case .powerDNS: PowerDNSServer.apiKey
        case .cloudflare, .cloudflareProxied: CloudflareServer.token
        case .route53: Self.signingKey
        }
    }
}

/// A record that a server has stored more than once.
struct RecordIsThereTwice: Error {}
