import Foundation
public import Identity
public import Postgres

/// The public halves of the keys that sign access tokens, for whoever verifies tokens and makes none.
public struct PostgresTokenKeys: Sendable {
    private let client: PostgresClient

    /// Keys through `client`, which logs in as `bulkhead_directory`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// The keys in use; nil if there are none yet: the first server makes the first one.
    ///
    /// - Throws: `PostgresError`; `IdentityError` for a key that is none.
    public func keys(deadline: ContinuousClock.Instant) async throws -> SigningKeySet? {
        let rows = try await self.client.query(
            """
            SELECT kid, public_key, created_at FROM bulkhead.token_keys
            WHERE retired_at IS NULL AND public_key IS NOT NULL ORDER BY created_at DESC, kid DESC
            """, deadline: deadline)
        let keys = try rows.map { row in
            let (kid, publicKey, createdAt) = try row.decode(String.self, [UInt8].self, Date.self)
            return try SigningKey(kid: kid, publicKey: publicKey, createdAt: createdAt)
        }
        return keys.first.map { SigningKeySet(current: $0, others: Array(keys.dropFirst())) }
    }
}
