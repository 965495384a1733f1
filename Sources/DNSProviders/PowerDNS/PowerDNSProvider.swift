public import AsyncHTTPClient
public import DNS
public import Foundation
import NIOCore
import NIOHTTP1

/// Zones on a PowerDNS authoritative server, over its HTTP API (version 4.4 and newer).
///
/// The API replaces a record set whatever it held, so what is there is read first. All changes of one call are one
/// transaction of the server.
///
/// A name is taken, and no change touches it, if it has records that are disabled or that a ``RecordSet`` cannot say, or
/// records of other kinds and no address or alias; see ``ZoneListing``. So is everything at and below a delegation.
public struct PowerDNSProvider: DNSProvider {
    /// Where the API is, and who may use it.
    ///
    /// What this prints as has no key in it.
    public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        /// The address of the web server, such as `http://127.0.0.1:8081`.
        public var url: URL
        /// The `api-key` of the server.
        public var apiKey: String
        /// What the server calls itself; `localhost` unless it is behind a proxy.
        public var server: String
        /// For how long an answer is waited for.
        public var timeout: Duration

        /// A configuration.
        public init(url: URL, apiKey: String, server: String = "localhost", timeout: Duration = .seconds(10)) {
            self.url = url
            self.apiKey = apiKey
            self.server = server
            self.timeout = timeout
        }

        /// Where; the address without what may be a password in it.
        public var description: String { "PowerDNS at \(self.url.host() ?? "?"), server \(self.server)" }

        /// The same.
        public var debugDescription: String { self.description }

        /// Nothing that `dump` could show.
        public var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
    }

    /// The name.
    public let name = "PowerDNS"
    /// All kinds, in one transaction.
    public let support = DNSSupport(appliesTogether: true, maximumChanges: 1000)

    private let configuration: Configuration
    private let api: ProviderClient

    /// A provider; `client` has to outlive it, and should follow no redirects, as ``ProviderHTTPClient`` does.
    public init(_ configuration: Configuration, client: HTTPClient) {
        self.configuration = configuration
        self.api = ProviderClient(client: client, provider: "PowerDNS", timeout: configuration.timeout)
    }

    /// The record sets of a zone; see ``DNSProvider/records(in:at:)``.
    public func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet] {
        try await self.listing(of: zone).recordSets(at: names)
    }

    private func listing(of zone: DomainName) async throws -> ZoneListing {
        let answer = try await self.api.send(self.request(.GET, zone), about: zone)
        guard answer.status == 200 else { throw self.error(answer, zone) }
        guard let listing = PowerDNSListing(answer.body) else {
            throw self.error(.unreadable, zone, "its list of records was not understood", answer)
        }
        return ZoneListing(zone, listing.items)
    }

    /// Makes changes in one transaction; see ``DNSProvider/apply(_:to:)``.
    public func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt {
        let listing = try await self.listing(of: zone)
        let needed = try changes.filter { change in
            try listing.needs(change) { self.error(.conflict, zone, $0, nil) }
        }
        guard !needed.isEmpty else { return ChangeReceipt() }
        var request = self.request(.PATCH, zone)
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try PowerDNSPatch(needed).encoded))
        let answer = try await self.api.send(request, about: zone)
        guard answer.status == 204 else { throw self.error(answer, zone) }
        return ChangeReceipt()
    }

    /// Its own server has it at once; secondaries are found out about by asking them.
    public func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool { true }

    private func request(_ method: HTTPMethod, _ zone: DomainName) -> HTTPClientRequest {
        let path = "api/v1/servers/\(self.configuration.server)/zones/\(zone.absolute)"
        var request = HTTPClientRequest(url: self.configuration.url.appending(path: path).absoluteString)
        request.method = method
        request.headers.add(name: "x-api-key", value: self.configuration.apiKey)
        request.headers.add(name: "accept", value: "application/json")
        return request
    }

    private func error(_ answer: ProviderAnswer, _ zone: DomainName) -> DNSProviderError {
        if let common = self.api.commonError(answer, about: zone) { return common }
        switch answer.status {
        case 404: return self.error(.unknownZone, zone, "has no such zone; create it there first", answer)
        case 400, 409, 422: return self.error(.refused, zone, "refused the change", answer)
        default: return self.error(.unreadable, zone, "answered with status \(answer.status)", answer)
        }
    }

    private func error(
        _ kind: DNSProviderError.Kind, _ zone: DomainName, _ reason: String, _ answer: ProviderAnswer?
    ) -> DNSProviderError {
        DNSProviderError(kind, provider: self.name, zone: zone, reason: reason, detail: answer?.excerpt)
    }
}
