public import Tenancy

/// A block of IP addresses, as CIDR writes it (RFC 4632, RFC 4291): `10.0.0.0/8`, `2001:db8::/32`, `127.0.0.1`.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let network: IPAddress
    /// Of the 128 bits.
    private let prefixLength: Int
    /// The text that the range was read from.
    public let description: String

    /// Reads an address or a block.
    ///
    /// - Returns: nil if the text is neither, or if it sets bits beyond its prefix, which is mostly a typing error.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let width = address.isVersion4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= width
            else { return nil }
            length = given
        }
        self.network = address
        self.prefixLength = 128 - width + length
        self.description = text
        guard address.masked(self.prefixLength) == address else { return nil }
    }

    /// Whether the address is one of the block; one of version 4 is in no block of version 6.
    public func contains(_ address: IPAddress) -> Bool {
        address.isVersion4 == self.network.isVersion4 && address.masked(self.prefixLength) == self.network
    }
}
