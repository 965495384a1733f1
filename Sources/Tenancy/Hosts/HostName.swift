/// The name in a request's `Host` or `:authority`, without its port.
///
/// Upper case is folded and one final dot dropped, so that every spelling of a name is one name (RFC 4343). Anything
/// that is no plain name and port - user information, spaces, brackets, a second colon - is refused rather than
/// guessed at (RFC 9110, section 7.2).
public struct HostName: Hashable, Sendable, CustomStringConvertible {
    /// The name, lower-case, without a final dot.
    public let description: String

    /// Reads `name` or `name:port`; nil if the text is neither.
    public init?(authority: String) {
        // Before folding: U+212A, the Kelvin sign, is no `k`, and folding would make it one.
        guard authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard (1...5).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let port = Int(parts[1]), port <= 65_535
            else { return nil }
        }
        var name = parts[0].lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard (1...253).contains(name.utf8.count) else { return nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy(Self.isLabel) else { return nil }
        self.description = name
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }
}
