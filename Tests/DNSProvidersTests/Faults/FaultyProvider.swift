import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestSupport
import Foundation
import Testing

/// A provider whose server is real, or as strict, and can be reached through faults.
enum FaultyProvider: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case powerDNS
    case cloudflare
    case cloudflareProxied

    static let zone = "saas.test"

    var testDescription: String { self.rawValue }

    /// Lends the address of the server, from where a provider can be made.
    func use<Value: Sendable>(_ body: @Sendable (URL) async throws -> Value) async throws -> Value {
        switch self {
        case .powerDNS:
            return try await PowerDNSServer.use(zones: [Self.zone]) { try await body($0.url) }
        case .cloudflare, .cloudflareProxied:
            return try await CloudflareServer.use(zone: Self.zone) { server, url in
                let value = try await body(url)
                // The listing by sets does not show a record that is there twice.
                let places = server.records.map { [$0.name, $0.type, $0.content] }
                guard Set(places).count == places.count else { throw RecordIsThereTwice() }
                return value
            }
        }
    }

    /// A provider of the server at an address.
    func provider(at url: URL, timeout: Duration = .seconds(10)) -> any DNSProvider {
        switch self {
        case .powerDNS:
            PowerDNSProvider(.init(url: url, apiKey: PowerDNSServer.apiKey, timeout: timeout), client: .shared)
        case .cloudflare, .cloudflareProxied:
            CloudflareProvider(
                .init(
                    apiToken: CloudflareServer.token, endpoint: url, proxied: self == .cloudflareProxied,
                    timeout: timeout),
                client: .shared)
        }
    }

    /// What no message may contain.
    var secret: String {
        switch self {
        case .powerDNS: PowerDNSServer.apiKey
        case .cloudflare, .cloudflareProxied: CloudflareServer.token
        }
    }
}

/// A record that a server has stored more than once.
struct RecordIsThereTwice: Error {}
