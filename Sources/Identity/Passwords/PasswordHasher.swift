import Foundation
import Tenancy

/// Turns passwords into hashes that can be stored, and checks passwords against them, with scrypt (RFC 7914).
///
/// Works on a few threads of its own, since one hash takes tens of milliseconds and tens of megabytes: neither other
/// requests nor memory may depend on how many people sign in at once. Threads live only while there is work.
public final class PasswordHasher: Sendable {
    private let cost: ScryptCost
    private let threads: HashingThreads

    /// A hasher.
    ///
    /// - Parameters:
    ///   - cost: of new hashes; stored ones are checked at the cost they were made with.
    ///   - workers: how many hashes are made at one time; each takes 128 * N * r * p bytes (32 MiB by default).
    ///   - queueLimit: how many callers may wait.
    public init(cost: ScryptCost = .interactive, workers: Int = 2, queueLimit: Int = 64) {
        self.cost = cost
        self.threads = HashingThreads(workers: workers, queueLimit: queueLimit)
    }

    /// How many callers wait for a thread now; for a gauge.
    public var waitingCount: Int { self.threads.waitingCount }

    /// Hashes a password with a new random salt.
    ///
    /// - Returns: `$scrypt$ln=...,r=...,p=...$<salt>$<key>`, at most 200 ASCII characters.
    /// - Throws: ``DomainError/busy(retryAfterSeconds:)`` if too many callers wait; ``IdentityError`` if the password
    ///   is empty or longer than 4,096 bytes, which ``PasswordPolicy`` refuses before; `CancellationError`.
    public func hash(_ password: String) async throws -> String {
        guard let bytes = Self.bytes(of: password) else {
            throw IdentityError(
                .unusablePassword, "a password was empty or longer than \(PasswordText.byteLimit) bytes")
        }
        let cost = self.cost
        return try await self.threads.run { try PasswordHash(of: bytes, cost: cost).text }
    }

    /// Whether `hash` was made from `password`.
    ///
    /// - Parameter hash: what ``hash(_:)`` returned; nil if the account does not exist, which takes as long as a wrong
    ///   password and answers false, so that the time does not tell which accounts exist.
    /// - Throws: ``DomainError/busy(retryAfterSeconds:)`` if too many callers wait; ``IdentityError`` if `hash` is not
    ///   of our form or asks for more than ``ScryptCost`` permits; `CancellationError`.
    public func verify(_ password: String, against hash: String?) async throws -> Bool {
        let bytes = Self.bytes(of: password)
        guard let hash, let bytes else {
            let cost = self.cost
            let decoy = bytes ?? [0]
            _ = try await self.threads.run { try PasswordHash(of: decoy, cost: cost) }
            return false
        }
        guard let stored = PasswordHash(hash) else {
            throw IdentityError(.unreadablePasswordHash, "a stored password hash is damaged; set a new password")
        }
        return try await self.threads.run { try stored.matches(bytes) }
    }

    /// The bytes to hash; nil for a password that cannot be anyone's. (scrypt below us does not take empty input.)
    private static func bytes(of password: String) -> [UInt8]? {
        guard !password.isEmpty, password.utf8.count <= PasswordText.byteLimit else { return nil }
        return Array(PasswordText(password).text.utf8)
    }
}
