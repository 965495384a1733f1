public import Foundation

/// A link that lets a tenant's first administrator set a password, once.
public struct ActivationLink: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The link: a secret of the person it is for, never for a log.
    public let url: String
    /// When it stops working.
    public let expiresAt: Date

    /// Hides the link.
    public var description: String { "ActivationLink(redacted)" }
    /// Hides the link.
    public var debugDescription: String { self.description }
    /// Hides the link from `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["expiresAt": self.expiresAt]) }
}
