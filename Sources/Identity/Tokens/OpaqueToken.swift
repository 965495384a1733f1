import Crypto

/// A random text that is its bearer's right: an activation link, a refresh token.
///
/// Only its hash is ever stored. 256 bits from the system's generator: nothing can be guessed, so a plain SHA-256 is enough to store (no salt, no
/// slow hash), and looking the hash up in an index gives nothing away by its time.
public struct OpaqueToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    private let bytes: [UInt8]

    /// A new token.
    public static func random() -> Self { Self(bytes: RandomBytes.make(32)) }

    /// The token that an installation's secret gives for a context, the same each time.
    ///
    /// For a link that is mailed in several attempts: it must be the same in each, and in no row.
    ///
    /// - Parameter context: names what the token is for; of no use to anybody without the secret.
    public static func derived(from seal: SecretSeal, context: String) -> Self {
        Self(bytes: seal.derive(context: context))
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a token that a person or program sent; nil if it is not 43 characters of canonical base64url.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = UnpaddedBase64.url.decode(text.utf8) else { return nil }
        self.bytes = bytes
    }

    /// The token itself, for its bearer only: 43 characters of base64url (RFC 4648, section 5).
    public var text: String { UnpaddedBase64.url.encode(self.bytes) }

    /// The SHA-256 of the 32 random bytes: what to store and to look up.
    public var hash: [UInt8] { Array(SHA256.hash(data: self.bytes)) }

    /// Hides the token.
    public var description: String { "OpaqueToken(redacted)" }
    /// Hides the token.
    public var debugDescription: String { self.description }
    /// Hides the token from `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
