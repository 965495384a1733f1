import BulkheadHummingbird
import HTTPTypes

/// The way that a request has come, as `Forwarded` (RFC 7239) and its predecessors say it.
///
/// What a trusted proxy says of the part before it is kept; of others nothing is believed, and the way begins with them.
struct ForwardedChain {
    /// The addresses before the direct peer, farthest first; empty unless the peer is trusted.
    private let earlier: [String]
    /// `Forwarded` as the peer sent it; nil unless it is trusted.
    private let received: String?
    private let peer: String
    private let host: String
    private let scheme: String
    private let originalHost: String

    /// - Parameters:
    ///   - fields: what the peer sent.
    ///   - peer: its address; nil if it has none.
    ///   - isTrusted: whether it is believed.
    ///   - host: the host that the request names, with its port.
    ///   - isSecure: whether it came by TLS.
    init(_ fields: HTTPFields, peer: String?, isTrusted: Bool, host: String, isSecure: Bool) {
        let forwarded = isTrusted ? fields[.forwarded] : nil
        let list = isTrusted ? fields[.forwardedFor] : nil
        self.peer = peer ?? "unknown"
        self.host = host
        let scheme = isTrusted ? fields[.forwardedProto]?.lowercased() : nil
        self.scheme = scheme == "http" || scheme == "https" ? scheme ?? "" : isSecure ? "https" : "http"
        let original = isTrusted ? fields[.forwardedHost] : nil
        self.originalHost = original.flatMap { $0.contains(",") ? nil : $0 } ?? host
        if let list {
            // One that cannot be read stays in its place: behind it nothing may be believed, and with it gone something would.
            self.earlier = list.split(separator: ",").map { $0.trimmingWhitespace() }.filter { !$0.isEmpty }
                .map { Self.address(of: $0[...]) }
        } else {
            self.earlier = forwarded.map(Self.addresses) ?? []
        }
        // Only one of the two: then the other is made from it (RFC 7239, section 7.4).
        let elements = self.earlier.map { "for=\(Self.node($0))" }
        self.received = forwarded ?? (elements.isEmpty ? nil : elements.joined(separator: ", "))
    }

    /// What the upstream is told.
    var fields: [(HTTPField.Name, String)] {
        let element = "for=\(Self.node(self.peer));host=\"\(self.host)\";proto=\(self.scheme)"
        return [
            (.forwarded, self.received.map { "\($0), \(element)" } ?? element),
            (.forwardedFor, (self.earlier + [self.peer]).joined(separator: ", ")),
            (.forwardedProto, self.scheme), (.forwardedHost, self.originalHost),
        ]
    }

    /// An address as a node: IPv6 in brackets and quotation marks (RFC 7239, section 6).
    private static func node(_ address: String) -> String {
        address.contains(":") ? "\"[\(address)]\"" : address
    }

    /// The addresses in a `Forwarded` of a trusted peer, without ports; others are `unknown`.
    private static func addresses(_ forwarded: String) -> [String] {
        forwarded.split(separator: ",").map { element in
            let pairs = element.split(separator: ";").map { $0.trimmingWhitespace() }
            guard let pair = pairs.first(where: { $0.lowercased().hasPrefix("for=") }) else { return "unknown" }
            return self.address(of: pair.dropFirst(4).filter { $0 != "\"" }[...])
        }
    }

    /// What a node says, without brackets and port; `unknown` if it cannot be read.
    private static func address(of text: Substring) -> String {
        var node = text
        if node.first == "[" {
            node = node.dropFirst().prefix { $0 != "]" }
        } else if node.filter({ $0 == ":" }).count == 1 {
            node = node.prefix { $0 != ":" }
        }
        return self.isAddress(String(node)) ? String(node) : "unknown"
    }

    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    return true
                default:
                    return false
                }
            }
    }
}

extension HTTPField.Name {
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let tenantName = HTTPField.Name("X-Tenant-Name")!
    static let via = HTTPField.Name("Via")!
}
