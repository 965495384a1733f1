import Foundation
import HTTPTypes
public import NIOCore
public import Tenancy

/// Finds out where a request comes from.
///
/// The direct peer is a fact. What `X-Forwarded-For` or `Forwarded` say further is believed from trusted proxies only,
/// from the right, where the nearest one wrote, and no further than the first address that is not a trusted proxy: all
/// to the left of it, a stranger may have made up. At the first thing that is no address the walk ends, and the last
/// proxy stands for whoever is behind it - so nobody can choose whom to be taken for.
///
/// A trusted proxy must set one of the two fields, or append to it. Where both are there and disagree, one of them came
/// from outside; then the direct peer counts.
enum ClientAddress {
    /// More proxies than this do not stand in a row.
    static let longestWay = 16

    static func find(_ headers: HTTPFields, peer: SocketAddress?, trusted: TrustedPeers) -> IPAddress? {
        guard let address = peer.flatMap({ IPAddress($0) }) else { return nil }
        guard trusted.contains(address) else { return address }
        let old = headers[values: .forwardedFor]
        let new = headers[values: .forwarded]
        if old.isEmpty && new.isEmpty { return address }
        let byOld = old.isEmpty ? nil : Self.walk(ForwardedHops(addressList: old), from: address, trusted)
        let byNew = new.isEmpty ? nil : Self.walk(ForwardedHops(forwarded: new), from: address, trusted)
        guard let byOld, let byNew else { return byOld ?? byNew }
        return byOld == byNew ? byOld : address
    }

    private static func walk(_ hops: ForwardedHops, from peer: IPAddress, _ trusted: TrustedPeers) -> IPAddress {
        var hops = hops
        var last = peer
        for _ in 0..<Self.longestWay {
            guard let hop = hops.next() else { return last }
            guard trusted.contains(hop) else { return hop }
            last = hop
        }
        return last
    }
}

extension IPAddress {
    /// The address of a peer; nil for one without, such as a Unix socket.
    public init?(_ peer: SocketAddress) {
        switch peer {
        case .v4(let address): self.init(version4: UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address): self = withUnsafeBytes(of: address.address.sin6_addr) { IPAddress(bytes: $0) }
        case .unixDomainSocket: return nil
        }
    }
}
