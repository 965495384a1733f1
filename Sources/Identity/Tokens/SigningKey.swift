import Crypto
public import Foundation

/// A key pair for access tokens: Ed25519 (RFC 8032), whole or its public half.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The random name under which tokens refer to the key; 16 hexadecimal digits.
    public let kid: String
    /// When it was made.
    public let createdAt: Date
    /// From when on it verifies nothing any more; nil if that is not planned.
    public let retiresAt: Date?

    let publicKey: Curve25519.Signing.PublicKey
    let privateKey: Curve25519.Signing.PrivateKey?

    /// A new pair.
    public static func generate(createdAt: Date = Date()) -> SigningKey {
        let pair = Curve25519.Signing.PrivateKey()
        return SigningKey(kid: KeyName.random(), pair: pair, createdAt: createdAt, retiresAt: nil)
    }

    private init(kid: String, pair: Curve25519.Signing.PrivateKey, createdAt: Date, retiresAt: Date?) {
        self.kid = kid
        self.createdAt = createdAt
        self.retiresAt = retiresAt
        self.publicKey = pair.publicKey
        self.privateKey = pair
    }

    /// The pair with this private key.
    ///
    /// - Parameter privateKey: the 32 bytes of RFC 8032, section 5.1.5.
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/keyUnreadable`` if they are not 32 bytes.
    public init(kid: String, privateKey: [UInt8], createdAt: Date, retiresAt: Date? = nil) throws {
        do {
            let pair = try Curve25519.Signing.PrivateKey(rawRepresentation: privateKey)
            self.init(kid: kid, pair: pair, createdAt: createdAt, retiresAt: retiresAt)
        } catch {
            throw IdentityError(.keyUnreadable, "key \(kid) is no Ed25519 private key", cause: error)
        }
    }

    /// A public half alone: verifies and cannot sign.
    ///
    /// - Parameter publicKey: the 32 bytes of RFC 8032, section 5.1.5.
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/keyUnreadable`` if they are not 32 bytes.
    public init(kid: String, publicKey: [UInt8], createdAt: Date, retiresAt: Date? = nil) throws {
        do {
            self.publicKey = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        } catch {
            throw IdentityError(.keyUnreadable, "key \(kid) is no Ed25519 public key", cause: error)
        }
        self.kid = kid
        self.createdAt = createdAt
        self.retiresAt = retiresAt
        self.privateKey = nil
    }

    /// The 32 bytes of the public half.
    public var publicBytes: [UInt8] { Array(self.publicKey.rawRepresentation) }

    /// The 32 bytes of the private half, to be sealed; nil if there is none.
    var privateBytes: [UInt8]? { self.privateKey.map { Array($0.rawRepresentation) } }

    /// The same key without its private half.
    public var verifying: SigningKey { SigningKey(verifying: self) }

    private init(verifying other: SigningKey) {
        self.kid = other.kid
        self.createdAt = other.createdAt
        self.retiresAt = other.retiresAt
        self.publicKey = other.publicKey
        self.privateKey = nil
    }

    /// Names the key and hides it.
    public var description: String { "SigningKey(\(self.kid))" }
    /// Names the key and hides it.
    public var debugDescription: String { self.description }
    /// Hides the private half from `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["kid": self.kid, "createdAt": self.createdAt]) }
}
