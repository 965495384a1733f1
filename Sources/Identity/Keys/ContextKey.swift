public import Foundation

/// A key that signs the tenant contexts of database sessions.
public struct ContextKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The random name; 16 hexadecimal digits.
    public let kid: String
    /// The 32 bytes that HMAC-SHA256 takes; never in a log, an error or an answer.
    public let secret: [UInt8]
    /// When it was made.
    public let createdAt: Date

    /// A key that has been opened.
    public init(kid: String, secret: [UInt8], createdAt: Date) {
        self.kid = kid
        self.secret = secret
        self.createdAt = createdAt
    }

    /// Names the key and hides it.
    public var description: String { "ContextKey(\(self.kid))" }
    /// Names the key and hides it.
    public var debugDescription: String { self.description }
    /// Hides the secret from `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["kid": self.kid, "createdAt": self.createdAt]) }
}
