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
        var generator = SystemRandomNumberGenerator()
        let digits = String(generator.next() as UInt64, radix: 16)
        self.nonce = String(repeating: "0", count: 16 - digits.count) + digits
        self.tenant = tenant
        self.mode = mode
        self.expiresAt = expiresAt
        self.keyID = key.kid
        let message = "\(tenant)|\(mode.rawValue)|\(expiresAt)|\(self.nonce)"
        self.signature = Array(
            HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: SymmetricKey(data: key.secret)))
    }

    /// Names the tenant and nothing that would be worth stealing.
    public var description: String { "context of \(self.tenant)" }
}
