import NIOCore
import NIOSSL
import Synchronization

/// Upstreams that are as good as each other.
final class UpstreamGroup: Sendable {
    private let pools: [UpstreamPool]
    private let turn = Atomic<Int>(0)

    init(_ addresses: [UpstreamAddress], limit: Int, timeout: TimeAmount, tls: NIOSSLContext?) {
        self.pools = addresses.map { UpstreamPool(address: $0, limit: limit, timeout: timeout, tls: tls) }
    }

    /// All of them in the order in which a request tries them: in turn, those that could not be reached a moment ago last.
    var order: [UpstreamPool] {
        guard self.pools.count > 1 else { return self.pools }
        let start = self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let first = Int(UInt(bitPattern: start) % UInt(self.pools.count))
        let turned = self.pools[first...] + self.pools[..<first]
        return turned.filter { !$0.isSuspect } + turned.filter(\.isSuspect)
    }

    /// How many connections there are, and how many of them do nothing.
    var count: (open: Int, idle: Int) {
        self.pools.map(\.count).reduce(into: (0, 0)) { sum, count in sum = (sum.0 + count.open, sum.1 + count.idle) }
    }

    /// Closes what does nothing, and keeps nothing from now on.
    func close() {
        for pool in self.pools { pool.close() }
    }
}
