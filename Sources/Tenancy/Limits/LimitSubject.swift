import Foundation

/// Whom a limit is about, in 128 bits: an id, a network, or the digest of something longer.
public struct LimitSubject: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// Nobody in particular: for limits that their owner alone tells apart.
    public static let everybody = LimitSubject(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A tenant, a member, an administrator.
    public init<Kind>(_ identifier: Identifier<Kind>) {
        var uuid = identifier.uuid.uuid
        self = withUnsafeBytes(of: &uuid) { bytes in
            LimitSubject(
                high: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).bigEndian,
                low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian)
        }
    }

    /// Everybody who may share the address' network; nil stands for a peer without an address, of which there is one.
    public init(network address: IPAddress?) {
        let network = address?.network
        self.init(high: network?.high ?? .max, low: network?.low ?? .max)
    }

    /// Everybody who may share the site of an address of version 6.
    public init(site: IPAddress) {
        // No network ends in ones.
        self.init(high: site.high, low: .max)
    }

    /// The first 128 bits of a digest; missing bytes are 0.
    public init(digest: some Sequence<UInt8>) {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for (index, byte) in digest.prefix(16).enumerated() {
            if index < 8 { words.high |= UInt64(byte) << UInt64(56 - 8 * index) }
            if index >= 8 { words.low |= UInt64(byte) << UInt64(120 - 8 * index) }
        }
        self.init(high: words.high, low: words.low)
    }

    /// 32 hexadecimal digits.
    public var description: String {
        func digits(_ word: UInt64) -> String {
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(self.high) + digits(self.low)
    }
}
