import Crypto
import Foundation
public import Identity
public import Tenancy

/// The right to put one transaction into one tenant's context, signed by the application and checked by the database.
///
/// Good for some seconds of database time; see docs/isolation.md. Never logged.
public struct ContextCredential: Sendable, CustomStringConvertible {
    /// Whose context.
    public let tenant: TenantID
    /// Whether the transaction may write.
    public let mode: AccessMode
    /// The end of validity in milliseconds since 1970, by the database's clock.
    public let expiresAt: Int64
    /// Sixteen random hexadecimal digits.
    public let nonce: String
    /// Which application key signed.
    public let keyID: String
    /// HMAC-SHA256 (RFC 2104) over `tenant|mode|expiry|nonce`.
    public let signature: [UInt8]

    /// Signs.
    public init(tenant: TenantID, mode: AccessMode, expiresAt: Int64, key: ContextKey) {
        self.init(
            tenant: tenant, mode: mode, expiresAt: expiresAt, keyID: key.kid, secret: SymmetricKey(data: key.secret))
    }

    init(tenant: TenantID, mode: AccessMode, expiresAt: Int64, keyID: String, secret: SymmetricKey) {
        var generator = SystemRandomNumberGenerator()
        self.nonce = Hexadecimal.text(generator.next() as UInt64)
        self.tenant = tenant
        self.mode = mode
        self.expiresAt = expiresAt
        self.keyID = keyID
        var message = "\(tenant)|\(mode.rawValue)|\(expiresAt)|\(self.nonce)"
        self.signature = message.withUTF8 { bytes in
            Array(HMAC<SHA256>.authenticationCode(for: UnsafeRawBufferPointer(bytes), using: secret))
        }
    }

    /// Names the tenant and nothing that would be worth stealing.
    public var description: String { "context of \(self.tenant)" }
}
