import HTTPTypes
import Hummingbird
public import NIOCore
public import Tenancy

/// The proxies that stand in front and whose word about tenants is taken; by default nobody.
///
/// Only the direct peer counts, the other end of the connection: what a request says about its own way is hearsay.
public struct TrustedPeers: Sendable, Hashable {
    private let ranges: [AddressRange]

    /// Trusts every address in `ranges`.
    public init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Trusts nobody.
    public static let none = TrustedPeers([])

    /// Whether `peer` is trusted; one without an IP address is not.
    public func contains(_ peer: SocketAddress?) -> Bool {
        guard !self.ranges.isEmpty, let address = peer.flatMap({ IPAddress($0) }) else { return false }
        return self.contains(address)
    }

    /// Whether `address` is trusted.
    public func contains(_ address: IPAddress) -> Bool {
        self.ranges.contains { $0.contains(address) }
    }

    /// The request without the fields that only a trusted proxy may set.
    func withoutUntrustedFields(_ request: Request, from peer: SocketAddress?) -> Request {
        guard request.headers.contains(where: { Self.isReserved($0.name) }), !self.contains(peer) else {
            return request
        }
        var head = request.head
        head.headerFields = HTTPFields(head.headerFields.filter { !Self.isReserved($0.name) })
        return Request(head: head, body: request.body)
    }

    private static func isReserved(_ name: HTTPField.Name) -> Bool {
        name.canonicalName.hasPrefix("x-tenant-") || name == .forwardedHost
    }
}
