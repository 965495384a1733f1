import Crypto

/// The secret by which a program of the operator's own is known: the front end that asks which tenant a host is.
///
/// Kept and compared as a hash, so that neither a dump of memory nor the time that a comparison takes tells anything
/// of it.
public struct ServiceToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// How short it may be: 32 characters of any alphabet that programs use are beyond guessing.
    public static let minimumLength = 32
    /// How long it may be.
    public static let maximumLength = 512

    private let hash: SHA256Digest

    /// Wraps a configured secret.
    ///
    /// - Returns: nil unless it has 32 to 512 visible ASCII characters.
    public init?(_ text: String) {
        guard (Self.minimumLength...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.hash = SHA256.hash(data: Array(text.utf8))
    }

    /// Whether `text` is the secret; takes the same time whatever is wrong with it (digests compare in constant time).
    public func matches(_ text: String) -> Bool {
        SHA256.hash(data: Array(text.utf8)) == self.hash
    }

    /// Hides the secret.
    public var description: String { "ServiceToken(hidden)" }
    /// Hides the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
