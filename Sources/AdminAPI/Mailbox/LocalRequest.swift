import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import NIOCore

/// Decides whether a request comes from this machine.
enum LocalRequest {
    private static let loopback = TrustedPeers(["127.0.0.0/8", "::1"].compactMap { AddressRange($0) })

    /// Whether the peer has a loopback address and speaks for itself.
    ///
    /// A proxy on this machine has such an address too, for requests from anywhere; it says so (RFC 7239), and then the
    /// request is not taken for one from here.
    static func isFromThisMachine(_ request: Request, peer: SocketAddress?) -> Bool {
        self.loopback.contains(peer) && !request.headers.contains { self.isTrace($0.name.canonicalName) }
    }

    private static func isTrace(_ name: String) -> Bool {
        name == "forwarded" || name == "via" || name == "x-real-ip" || name.hasPrefix("x-forwarded-")
    }
}
