public import Identity
public import Postgres
public import Tenancy

import struct Foundation.Date

/// The sealed keys in `bulkhead.sealed_keys`.
public struct PostgresSealedKeyRepository: SealedKeyRepository {
    private let client: PostgresClient

    /// A repository through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// All keys for a purpose, oldest first.
    public func keys(_ purpose: KeyPurpose) async throws -> [SealedKey] {
        let rows = try await self.client.query(
            """
            SELECT kid, public_key, sealed, created_at, retired_at FROM bulkhead.sealed_keys
            WHERE purpose = \(purpose.rawValue) ORDER BY created_at, kid
            """)
        return try rows.map { row in
            let (kid, publicKey, sealed, createdAt, retiredAt) = try row.decode(
                String.self, [UInt8]?.self, [UInt8].self, Date.self, Date?.self)
            return SealedKey(
                kid: kid, purpose: purpose, publicKey: publicKey, sealed: sealed, createdAt: createdAt,
                retiredAt: retiredAt)
        }
    }

    /// Adds a key and writes that into the audit trail.
    public func add(_ key: SealedKey, by principal: Principal) async throws {
        try await self.client.withTransaction { transaction in
            _ = try await transaction.query(
                """
                INSERT INTO bulkhead.sealed_keys (kid, purpose, public_key, sealed, created_at)
                VALUES (\(key.kid), \(key.purpose.rawValue), \(key.publicKey)::bytea, \(key.sealed)::bytea,
                        \(key.createdAt)::timestamptz)
                """)
            try await Self.audit("key.add", key.kid, by: principal, in: transaction)
        }
    }

    /// Retires a key and writes that into the audit trail.
    public func retire(kid: String, by principal: Principal) async throws {
        try await self.client.withTransaction { transaction in
            _ = try await transaction.query(
                """
                UPDATE bulkhead.sealed_keys SET retired_at = greatest(clock_timestamp(), created_at)
                WHERE kid = \(kid) AND retired_at IS NULL
                """)
            try await Self.audit("key.retire", kid, by: principal, in: transaction)
        }
    }

    private static func audit(
        _ action: String, _ kid: String, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws {
        let event = AuditEvent(actor: principal.auditName, action: action, tenant: nil, details: ["kid": kid])
        try await PostgresAuditTrail.append(event, in: transaction)
    }
}
