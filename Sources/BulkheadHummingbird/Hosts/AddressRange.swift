import Foundation

/// A block of IP addresses, as CIDR writes it (RFC 4632, RFC 4291): `10.0.0.0/8`, `2001:db8::/32`, `127.0.0.1`.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let network: [UInt8]
    private let prefixLength: Int
    /// The text that the range was read from.
    public let description: String

    /// Reads an address or a block.
    ///
    /// - Returns: nil if the text is neither, or if it sets bits beyond its prefix, which is mostly a typing error.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = AddressBytes.read(String(parts[0])) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= length
            else { return nil }
            length = given
        }
        guard Self.masked(address, length) == address else { return nil }
        self.network = address
        self.prefixLength = length
        self.description = text
    }

    func contains(_ address: [UInt8]) -> Bool {
        address.count == self.network.count && Self.masked(address, self.prefixLength) == self.network
    }

    private static func masked(_ address: [UInt8], _ length: Int) -> [UInt8] {
        address.enumerated().map { index, byte in
            let bits = min(max(length - index * 8, 0), 8)
            return bits == 0 ? 0 : byte & (0xFF << (8 - UInt8(bits)))
        }
    }
}

/// IP addresses as 4 or 16 bytes.
enum AddressBytes {
    /// Reads the text form; nil if it is none.
    ///
    /// IPv4 addresses in IPv6 clothes, as dual-stack sockets report them, are undressed (RFC 4291, section 2.5.5.2).
    static func read(_ text: String) -> [UInt8]? {
        var short = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &short) == 1 { return short }
        var long = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &long) == 1 else { return nil }
        let isMapped = long[..<10].allSatisfy { $0 == 0 } && long[10] == 0xFF && long[11] == 0xFF
        return isMapped ? Array(long[12...]) : long
    }
}
