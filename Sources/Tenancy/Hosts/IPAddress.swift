import Foundation

/// An IP address; one of version 4 in the form of version 6 (RFC 4291, section 2.5.5.2), so that both are 128 bits.
///
/// A dual-stack socket reports the same client in either form: here they are equal.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The first 64 bits, which is the network in version 6.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An address by its 128 bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An address of version 4 by its 32 bits.
    public init(version4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    /// Reads the text form, without brackets, port or zone; nil if it is none.
    public init?(_ text: String) {
        // Longer ones are none, and a C string ends at a NUL.
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var short = in_addr()
        if inet_pton(AF_INET, text, &short) == 1 {
            self.init(version4: UInt32(bigEndian: short.s_addr))
            return
        }
        var long = in6_addr()
        guard inet_pton(AF_INET6, text, &long) == 1 else { return nil }
        self = withUnsafeBytes(of: &long) { Self(bytes: $0) }
    }

    /// An address by its 16 bytes in network order.
    ///
    /// - Precondition: there are 16.
    public init(bytes: UnsafeRawBufferPointer) {
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Whether it is one of version 4.
    public var isVersion4: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// What one customer of a provider has at least: the address in version 4, the /64 in version 6.
    ///
    /// Whoever has one address of a /64 has all 2^64 (RFC 6177): limits that looked further would limit nobody.
    public var network: IPAddress {
        self.isVersion4 ? self : IPAddress(high: self.high, low: 0)
    }

    /// The /48 of an address of version 6, which is what one site is given at most without asking (RFC 6177); nil in
    /// version 4.
    ///
    /// It holds 65,536 networks: what is limited by network has to be limited by site too, or it is not limited.
    public var site: IPAddress? {
        self.isVersion4 ? nil : self.masked(48)
    }

    /// The first `length` of the 128 bits, the rest 0.
    public func masked(_ length: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(.max >> UInt64(bits)) }
        return IPAddress(high: self.high & mask(length), low: self.low & mask(length - 64))
    }

    /// The usual text form: `192.0.2.1`, `2001:db8::1`.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if self.isVersion4 {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: self.low).bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        } else {
            var bits = (self.high.bigEndian, self.low.bigEndian)
            inet_ntop(AF_INET6, &bits, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
