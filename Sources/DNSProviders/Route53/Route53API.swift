import AsyncHTTPClient
import DNS
import Foundation
import NIOCore
import NIOHTTP1

/// Calls Route 53: signs what is asked, and turns what it refuses into errors.
struct Route53API: Sendable {
    private static let version = "2013-04-01"
    /// Route 53 is signed for as if it were in one region, wherever the caller is.
    private static let region = "us-east-1"

    let configuration: Route53Provider.Configuration
    let client: ProviderClient

    /// - Parameter path: below the version, of letters, digits, `/` and `-`.
    /// - Returns: the answer, whatever its status.
    func send(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [], body: Data = Data(),
        about zone: DomainName
    ) async throws -> Route53Answer {
        let text = self.configuration.endpoint?.absoluteString ?? Route53Provider.Configuration.publicEndpoint
        guard let endpoint = Endpoint(text) else {
            throw self.error(.refused, zone, "'\(text)' is no address of an API; use one like https://host")
        }
        let signed = SignatureV4.Request(
            method: method.rawValue, host: endpoint.host, path: "\(endpoint.path)/\(Self.version)/\(path)",
            query: query, body: body)
        let tail = query.isEmpty ? "" : "?\(signed.encodedQuery)"
        var request = HTTPClientRequest(url: "\(endpoint.scheme)://\(endpoint.host)\(signed.path)\(tail)")
        request.method = method
        request.headers.add(name: "host", value: endpoint.host)
        if !body.isEmpty {
            request.headers.add(name: "content-type", value: "application/xml")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        for header in self.signature.headers(for: signed) {
            request.headers.add(name: header.name, value: header.value)
        }
        return Route53Answer(try await self.client.send(request, about: zone))
    }

    /// The document of an answer.
    ///
    /// - Throws: ``DNSProviderError`` unless the answer says that it went well, and is a document of this name.
    func document(_ name: String, of answer: Route53Answer, _ zone: DomainName) throws -> XMLTree {
        guard (200..<300).contains(answer.raw.status) else { throw self.error(answer, zone) }
        guard let document = answer.document, document.name == name else { throw self.unreadable(answer, zone) }
        return document
    }

    func unreadable(_ answer: Route53Answer, _ zone: DomainName) -> DNSProviderError {
        self.error(.unreadable, zone, "its answer was not understood", answer.raw)
    }

    func error(
        _ kind: DNSProviderError.Kind, _ zone: DomainName, _ reason: String, _ answer: ProviderAnswer? = nil
    ) -> DNSProviderError {
        DNSProviderError(
            kind, provider: self.client.provider, zone: zone, reason: reason, retryAfter: answer?.retryAfter(),
            detail: answer?.excerpt)
    }

    private func error(_ answer: Route53Answer, _ zone: DomainName) -> DNSProviderError {
        // Most refusals have status 400, so the code in the document says more than the status.
        if let meaning = answer.refusal?.meaning { return self.error(meaning.kind, zone, meaning.reason, answer.raw) }
        if let common = self.client.commonError(answer.raw, about: zone) { return common }
        guard let refusal = answer.refusal else {
            return self.error(.unreadable, zone, "answered with status \(answer.raw.status)", answer.raw)
        }
        return self.error(.refused, zone, "refused the request (\(refusal.code))", answer.raw)
    }

    private var signature: SignatureV4 {
        SignatureV4(
            credential: SignatureV4.Credential(
                accessKeyID: self.configuration.accessKeyID, secretAccessKey: self.configuration.secretAccessKey,
                sessionToken: self.configuration.sessionToken),
            region: Self.region, service: "route53")
    }
}

/// The parts of an address that a signature needs.
private struct Endpoint {
    let scheme: String
    /// As the `host` header has it: with the port unless that is the scheme's own.
    let host: String
    /// Without a final slash.
    let path: String

    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty, scheme == "https" || scheme == "http", parts.query == nil
        else { return nil }
        self.scheme = scheme
        let standard = scheme == "https" ? 443 : 80
        self.host = parts.port.map { $0 == standard ? host : "\(host):\($0)" } ?? host
        self.path = parts.path.hasSuffix("/") ? String(parts.path.dropLast()) : parts.path
    }
}
