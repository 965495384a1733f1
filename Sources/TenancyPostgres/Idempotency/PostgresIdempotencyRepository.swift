public import Postgres
public import Tenancy

/// Stored answers in `bulkhead.idempotency_keys`.
public struct PostgresIdempotencyRepository: IdempotencyRepository {
    private let client: PostgresClient

    /// A repository through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// Replaces a stored answer; see ``IdempotencyRepository/improve(_:_:to:)``.
    public func improve(
        _ key: IdempotencyKey, _ answer: StoredAnswer, to better: StoredAnswer
    ) async throws -> StoredAnswer {
        try await CatalogIdempotency.improve(key, answer, to: better, on: self.client)
    }

    /// Removes expired answers; see ``IdempotencyRepository/removeExpired()``.
    public func removeExpired() async throws -> Int {
        try await self.client.query(
            """
            DELETE FROM bulkhead.idempotency_keys WHERE (principal, route, key) IN (
                SELECT principal, route, key FROM bulkhead.idempotency_keys
                WHERE expires_at <= statement_timestamp() ORDER BY expires_at LIMIT 1000)
            """
        ).affectedRows
    }
}
