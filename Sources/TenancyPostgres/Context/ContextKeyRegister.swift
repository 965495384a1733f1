public import Identity
public import Postgres

public import struct Foundation.Date

/// A key of the signed context as the database lists it; never the key itself.
public struct ContextKeyRecord: Sendable, Hashable, Codable {
    /// Names the key.
    public let kid: String
    /// `application` for keys that sign credentials, `database` for those that only the database has.
    public let kind: String
    /// When it was added, by the database's clock.
    public let createdAt: Date
    /// Since when it is refused; nil while it is good.
    public let retiredAt: Date?
}

/// Tells the database which application keys to accept.
///
/// The keys lie in a table that only `bulkhead_keeper` reads; what this type may do is add, list and retire.
public struct ContextKeyRegister: Sendable {
    private let client: PostgresClient

    /// A register through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// Adds the keys that the database does not have yet.
    public func install(_ keys: [ContextKey]) async throws {
        for key in keys {
            _ = try await self.client.query("SELECT bulkhead.add_context_key(\(key.kid), \(key.secret)::bytea)")
        }
    }

    /// Makes the database refuse a key from now on; false if it had already.
    ///
    /// - Throws: `PostgresError` with SQLSTATE 55000 if it is the last good key of its kind.
    public func retire(_ kid: String) async throws -> Bool {
        try await self.client.query("SELECT bulkhead.retire_context_key(\(kid))").first?.decode(Bool.self) ?? false
    }

    /// Gives the database a new key for its own proofs; transactions that are running keep theirs.
    public func rotateDatabaseKey() async throws -> String {
        try await self.client.query("SELECT bulkhead.rotate_database_key()").first?.decode(String.self) ?? ""
    }

    /// All keys, oldest first.
    public func list() async throws -> [ContextKeyRecord] {
        let rows = try await self.client.query(
            "SELECT kid, kind, created_at, retired_at FROM bulkhead.list_context_keys()")
        return try rows.map { row in
            let (kid, kind, createdAt, retiredAt) = try row.decode(String.self, String.self, Date.self, Date?.self)
            return ContextKeyRecord(kid: kid, kind: kind, createdAt: createdAt, retiredAt: retiredAt)
        }
    }
}
