/// What a person gets for the right password.
public struct SignedIn: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Proves the person to the API until it expires.
    public let accessToken: String
    /// Gets the next access token; single use.
    public let refreshToken: String
    /// How long the access token lives, in seconds.
    public let expiresIn: Int

    /// Hides the tokens.
    public var description: String { "SignedIn(redacted)" }
    /// Hides the tokens.
    public var debugDescription: String { self.description }
    /// Hides the tokens from `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["expiresIn": self.expiresIn]) }
}
