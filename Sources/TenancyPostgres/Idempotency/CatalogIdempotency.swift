import Foundation
import Postgres
import Tenancy

/// Makes requests have their effect once: the answer is stored in the transaction that has the effect.
enum CatalogIdempotency {
    /// How long a request waits for another one with its key.
    private static let patience = "5s"

    /// Runs `body` in a transaction, unless the request was answered before.
    ///
    /// Requests with one key queue; those behind the first find its answer. A process that dies between COMMIT and its
    /// answer has stored it.
    ///
    /// - Throws: ``DomainError/idempotencyKeyReused``; ``DomainError/conflict(_:)`` if the first is still at it after five
    ///   seconds; what `body` throws.
    static nonisolated func once<Value: Sendable>(
        _ call: IdempotentCall<Value>?, on client: PostgresClient,
        _ body: (borrowing PostgresTransaction) async throws -> Value
    ) async throws -> Once<Value> {
        try await client.withTransaction { transaction in
            guard let call else { return .done(try await body(transaction)) }
            if let stored = try await Self.answer(to: call.key, in: transaction) { return .answered(stored) }
            let value = try await body(transaction)
            _ = try await transaction.query(Self.insertion(call.key, call.answer(value)))
            return .done(value)
        }
    }

    /// Replaces a stored answer by one that says more, once it is known, unless somebody else has.
    ///
    /// - Returns: the answer that is stored from now on.
    static func improve(
        _ key: IdempotencyKey, _ answer: StoredAnswer, to better: StoredAnswer, on client: PostgresClient
    ) async throws -> StoredAnswer {
        let improvement: PostgresQuery = """
            UPDATE bulkhead.idempotency_keys
            SET status = \(better.status)::int, headers = \(PostgresJSON(better.headers))::jsonb,
                body = \(better.body)::bytea
            WHERE principal = \(key.principal) AND route = \(key.route) AND key = \(key.key)
              AND fingerprint = \(key.fingerprint)::bytea
              AND status = \(answer.status)::int AND body = \(answer.body)::bytea
            """
        // A statement of its own, which sees what somebody else has committed while the first one waited for him.
        let answers = try await client.execute(
            PostgresBatch([improvement, Self.selection(key)], transaction: .explicit(.readWrite)))
        guard let row = answers[1].first else { return better }
        return try Self.stored(row, for: key)
    }

    private static func answer(
        to key: IdempotencyKey, in transaction: borrowing PostgresTransaction
    ) async throws -> StoredAnswer? {
        let name = "\(key.principal)\u{1F}\(key.route)\u{1F}\(key.key)"
        do {
            _ = try await transaction.execute([
                "SELECT set_config('lock_timeout', \(Self.patience), true)",
                "SELECT pg_advisory_xact_lock(hashtextextended(\(name), 0))",
            ])
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw DomainError.conflict("A request with this Idempotency-Key is still being answered; come again.")
        }
        let rows = try await transaction.query(
            """
            WITH gone AS (
                DELETE FROM bulkhead.idempotency_keys
                WHERE principal = \(key.principal) AND route = \(key.route) AND key = \(key.key)
                  AND expires_at <= statement_timestamp())
            \(part: Self.living(key))
            """)
        return try rows.first.map { try Self.stored($0, for: key) }
    }

    private static func selection(_ key: IdempotencyKey) -> PostgresQuery { "\(part: Self.living(key))" }

    private static func living(_ key: IdempotencyKey) -> PostgresQueryPart {
        """
        SELECT fingerprint, status, headers, body FROM bulkhead.idempotency_keys
        WHERE principal = \(key.principal) AND route = \(key.route) AND key = \(key.key)
          AND expires_at > statement_timestamp()
        """
    }

    private static func stored(_ row: PostgresRow, for key: IdempotencyKey) throws -> StoredAnswer {
        let (fingerprint, status, headers, body) = try row.decode(
            [UInt8].self, Int.self, PostgresJSON<[String: String]>.self, [UInt8].self)
        guard fingerprint == key.fingerprint else { throw DomainError.idempotencyKeyReused }
        return StoredAnswer(status: status, headers: headers.value, body: body)
    }

    private static func insertion(_ key: IdempotencyKey, _ answer: StoredAnswer) -> PostgresQuery {
        """
        INSERT INTO bulkhead.idempotency_keys (principal, route, key, fingerprint, status, headers, body, expires_at)
        VALUES (\(key.principal), \(key.route), \(key.key), \(key.fingerprint)::bytea, \(answer.status)::int,
                \(PostgresJSON(answer.headers))::jsonb, \(answer.body)::bytea,
                clock_timestamp() + \(IdempotencyKey.lifetimeSeconds)::int * interval '1 second')
        """
    }
}
