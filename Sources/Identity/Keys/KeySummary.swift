public import Foundation

/// What an operator sees of a key: never the key.
public struct KeySummary: Sendable, Hashable, Codable {
    /// What the key is doing.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Signs what is new.
        case current
        /// Verifies what is in circulation.
        case verifying
        /// Does nothing any more.
        case retired
    }

    /// The key's name.
    public let kid: String
    /// What it is for.
    public let purpose: KeyPurpose
    /// What it is doing.
    public let state: State
    /// When it was made.
    public let createdAt: Date
    /// When it was retired; nil while it is in use.
    public let retiredAt: Date?
}
