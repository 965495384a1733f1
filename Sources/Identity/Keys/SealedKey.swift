public import Foundation

/// A key as it is stored: readable only with the installation's secret.
public struct SealedKey: Sendable, Hashable, CustomStringConvertible {
    /// The random name; 16 hexadecimal digits.
    public let kid: String
    /// What it is for.
    public let purpose: KeyPurpose
    /// The public half, 32 bytes, of a key that has one.
    public let publicKey: [UInt8]?
    /// The secret half, sealed by ``SecretSeal`` for exactly this name and purpose.
    public let sealed: [UInt8]
    /// When it was made.
    public let createdAt: Date
    /// When it was retired: nothing made with it is accepted any more; nil while it is in use.
    public let retiredAt: Date?

    /// A key as the catalog has it.
    public init(
        kid: String, purpose: KeyPurpose, publicKey: [UInt8]?, sealed: [UInt8], createdAt: Date, retiredAt: Date?
    ) {
        self.kid = kid
        self.purpose = purpose
        self.publicKey = publicKey
        self.sealed = sealed
        self.createdAt = createdAt
        self.retiredAt = retiredAt
    }

    /// Name and purpose only.
    public var description: String { "SealedKey(\(self.purpose.rawValue) \(self.kid))" }

    /// What the seal is bound to, so that a sealed key cannot be put in another's place.
    static func sealContext(_ purpose: KeyPurpose, _ kid: String) -> String { "key/\(purpose.rawValue)/\(kid)" }
}
