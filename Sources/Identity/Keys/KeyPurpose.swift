/// What a key is for; no key serves two purposes.
public enum KeyPurpose: String, Sendable, Codable, CaseIterable {
    /// Signs access tokens (Ed25519).
    case token
    /// Signs the tenant contexts of database sessions (HMAC-SHA256, 32 bytes).
    case context
}
