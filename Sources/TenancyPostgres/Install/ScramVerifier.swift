import Crypto
import CryptoExtras
import Foundation

/// What PostgreSQL stores of a password, so that the password itself is in no statement and no server log.
///
/// The format of `pg_authid.rolpassword` for SCRAM-SHA-256 (RFC 5802, RFC 7677; PostgreSQL, "SASL Authentication").
struct ScramVerifier {
    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
    let text: String

    init(password: String, salt: [UInt8], iterations: Int = 4_096) throws {
        let salted = try KDF.Insecure.PBKDF2.deriveKey(
            from: Data(password.utf8), salt: salt, using: .sha256, outputByteCount: 32,
            unsafeUncheckedRounds: iterations)
        let clientKey = HMAC<SHA256>.authenticationCode(for: Data("Client Key".utf8), using: salted)
        let storedKey = SHA256.hash(data: Data(clientKey))
        let serverKey = HMAC<SHA256>.authenticationCode(for: Data("Server Key".utf8), using: salted)
        func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }
        self.text = "SCRAM-SHA-256$\(iterations):\(base64(salt))$\(base64(storedKey)):\(base64(serverKey))"
    }

    /// A verifier with a fresh salt.
    init(password: String) throws {
        var generator = SystemRandomNumberGenerator()
        try self.init(
            password: password, salt: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
