import Crypto
import Foundation

/// Locks small secrets with the installation's secret, so that the database alone gives none of them away.
///
/// Each context - a text that says what is sealed and for whom - has a key of its own by HKDF-SHA256 (RFC 5869), and
/// is authenticated with what it seals (AES-256-GCM, NIST SP 800-38D): sealed bytes open only in the place they were
/// made for. The form: one byte for the version (1), 12 of a random nonce, the encrypted bytes, 16 of the tag.
public struct SecretSeal: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The least number of bytes that a secret must have.
    public static let minimumSecretLength = 32

    private static let version: UInt8 = 1
    private static let overhead = 1 + 12 + 16
    private let secret: SymmetricKey

    /// A seal made with `secret`.
    ///
    /// - Parameter secret: 32 or more bytes that nobody can guess.
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/secretTooShort``.
    public init(secret: [UInt8]) throws {
        guard secret.count >= Self.minimumSecretLength else {
            throw IdentityError(
                .secretTooShort,
                "the secret has \(secret.count) bytes and needs \(Self.minimumSecretLength) or more")
        }
        self.secret = SymmetricKey(data: secret)
    }

    /// Encrypts `bytes` for this context; the same bytes never look the same twice.
    public func seal(_ bytes: [UInt8], context: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(bytes, using: self.key(for: context), authenticating: Self.bound(context))
        return [Self.version] + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// Decrypts what ``seal(_:context:)`` returned.
    ///
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/sealBroken`` if the bytes were sealed with another secret
    ///   or for another context, or have been changed.
    public func open(_ sealed: [UInt8], context: String) throws -> [UInt8] {
        guard sealed.count >= Self.overhead, sealed[0] == Self.version else {
            throw IdentityError(.sealBroken, "what is sealed as \(context) is not in a form that this version writes")
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst())
            return Array(try AES.GCM.open(box, using: self.key(for: context), authenticating: Self.bound(context)))
        } catch {
            throw IdentityError(
                .sealBroken, "what is sealed as \(context) does not open; is this the secret it was sealed with?",
                cause: error)
        }
    }

    /// Thirty-two bytes that only this secret gives for this context, the same each time.
    ///
    /// For tokens that must not be stored and yet be the same when they are made again. Of another salt than the keys
    /// that seal, so that neither tells anything about the other.
    public func derive(context: String) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.secret, salt: Array("bulkhead.derive".utf8), info: Self.bound(context),
            outputByteCount: 32)
        return key.withUnsafeBytes { Array($0) }
    }

    private func key(for context: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.secret, salt: Array("bulkhead.seal".utf8), info: Self.bound(context),
            outputByteCount: 32)
    }

    private static func bound(_ context: String) -> [UInt8] { [self.version] + Array(context.utf8) }

    /// Hides the secret.
    public var description: String { "SecretSeal(redacted)" }
    /// Hides the secret.
    public var debugDescription: String { self.description }
    /// Hides the secret from `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
