import HTTPTypes
public import Hummingbird
import NIOCore

/// What listens without TLS beside a listener with TLS: sends everybody to the same address there, and serves nothing.
///
/// All methods get 308 (RFC 9110, section 15.4.9): unlike 301 it never turns a POST into a GET. Only hosts at or below
/// the base domain are sent anywhere; others get 404, so that nobody can be sent to a host of a stranger's choice.
public struct RedirectResponder: HTTPResponder {
    /// Nothing is kept for a request.
    public typealias Context = BasicRequestContext

    // A constant of the right characters.
    private static let secondHost = HTTPField.Name("Host")!

    private let base: String
    private let port: Int

    /// Sends requests for `base` and hosts below it to the port with TLS.
    ///
    /// - Parameters:
    ///   - base: the base domain.
    ///   - port: the port at which browsers reach the listener with TLS.
    public init(base: String, port: Int = 443) {
        self.base = base.lowercased()
        self.port = port
    }

    /// Answers 308, 400 or 404.
    public func respond(to request: Request, context: Context) async throws -> Response {
        // A second Host is left among the fields: two opinions are none (RFC 9112, section 3.2).
        guard let authority = request.head.authority, !request.headers.contains(Self.secondHost),
            let host = Self.host(of: authority), let path = request.head.path, Self.isPath(path)
        else {
            return Self.text(.badRequest, "The request names no host, or no path that starts with a slash.\n")
        }
        guard host == self.base || host.hasSuffix("." + self.base) else {
            return Self.text(.notFound, "There is no such host here.\n")
        }
        let location = "https://" + host + (self.port == 443 ? "" : ":\(self.port)") + path
        var response = Self.text(.permanentRedirect, "Use \(location)\n")
        response.headers[.location] = location
        return response
    }

    /// The host of `host` or `host:port`, in lower case; nil if it has anything but letters, digits, hyphens and dots.
    private static func host(of authority: String) -> String? {
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                UInt16(parts[1]) != nil
            else { return nil }
        }
        var host = parts[0].lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy(Self.isNameByte)
        }
        return isName && host.utf8.count <= 253 ? host : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Whether a target may stand in a field: a path of visible ASCII, which no line end is.
    private static func isPath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.allSatisfy { 0x21...0x7e ~= $0 }
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
