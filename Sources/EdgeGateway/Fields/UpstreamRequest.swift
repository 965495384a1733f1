import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import NIOHTTP1
import Tenancy

/// A request as an upstream gets it.
struct UpstreamRequest {
    /// What is known of the request besides its text.
    struct Circumstances {
        var scope: RequestScope
        var isPeerTrusted: Bool
        var isSecure: Bool
    }

    /// What the edge calls itself in `Via`.
    static let pseudonym = "bulkhead-edge"
    /// How often a request may come by.
    static let passageLimit = 4

    /// Its head, without framing.
    private(set) var head: HTTPRequestHead
    /// Whether another server may be asked if this one has said nothing (RFC 9110, section 9.2.2).
    let isIdempotent: Bool

    /// - Throws: ``ProblemDetails`` for a method that is not passed on, and for a request that goes round in circles.
    init(_ request: Request, _ circumstances: Circumstances) throws(ProblemDetails) {
        // TRACE would show a script what it must not read: cookies, and what proxies add.
        guard request.method != .trace, request.method != .connect else {
            throw .methodNotAllowed([.get, .head, .post, .put, .patch, .delete, .options])
        }
        // The parser lets pass what it does not know, and takes it for no body (RFC 9112, section 6.1).
        guard request.headers[.transferEncoding].map({ $0.lowercased() == "chunked" }) ?? true else {
            throw .badRequest("The only transfer coding is chunked.")
        }
        let scope = circumstances.scope
        guard let host = Self.host(request, scope) else { throw .badHost }
        var headers = HTTPHeaders([("Host", host)])
        Self.add(request.headers, to: &headers)
        let chain = ForwardedChain(
            request.headers, peer: scope.peer?.ipAddress, isTrusted: circumstances.isPeerTrusted, host: host,
            isSecure: circumstances.isSecure)
        for (name, value) in chain.fields { headers.add(name: name.rawName, value: value) }
        headers.add(name: "Via", value: try Self.via(request.headers))
        headers.add(name: "X-Request-Id", value: scope.requestID)
        if let tenant = scope.tenant?.tenant { Self.add(tenant, to: &headers) }
        self.head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.head.path ?? "/",
            headers: headers)
        self.isIdempotent = [.get, .head, .options, .put, .delete].contains(request.method)
    }

    /// States how the body is framed; nothing that the client said about that is passed on.
    mutating func frame(_ body: UploadPump.Kind) {
        switch body {
        case .none: break
        case .length(let count): self.head.headers.add(name: "Content-Length", value: String(count))
        case .chunked: self.head.headers.add(name: "Transfer-Encoding", value: "chunked")
        }
    }

    /// The host in its one spelling, with the port that the client named: so that nothing behind the edge takes two
    /// spellings for two hosts.
    private static func host(_ request: Request, _ scope: RequestScope) -> String? {
        guard let name = scope.host?.description, let authority = request.head.authority else { return nil }
        let port = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        return port.map { "\(name):\($0)" } ?? name
    }

    private static func add(_ fields: HTTPFields, to headers: inout HTTPHeaders) {
        var hasCookies = false
        for field in HopByHop.removed(from: fields) where !ReservedFields.contains(field.name) {
            switch field.name {
            case .contentLength: continue
            case .cookie:
                // HTTP/2 splits them; one field is what HTTP/1 knows (RFC 9113, section 8.2.3).
                if !hasCookies { headers.add(name: "Cookie", value: fields[.cookie] ?? "") }
                hasCookies = true
            default: headers.add(name: field.name.rawName, value: field.value)
            }
        }
    }

    private static func add(_ tenant: Tenant, to headers: inout HTTPHeaders) {
        headers.add(name: "X-Tenant-ID", value: tenant.id.description)
        headers.add(name: "X-Tenant-Name", value: PercentEncoding.encoded(tenant.name))
        headers.add(name: "X-Tenant-Subdomain", value: tenant.subdomain.description)
    }

    private static func via(_ fields: HTTPFields) throws(ProblemDetails) -> String {
        let own = "1.1 \(self.pseudonym)"
        guard let received = fields[.via] else { return own }
        let passages = received.split(separator: ",").count { $0.contains(self.pseudonym) }
        guard passages < self.passageLimit else { throw .loop }
        return "\(received), \(own)"
    }
}
