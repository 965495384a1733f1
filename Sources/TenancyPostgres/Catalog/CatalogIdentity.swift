public import Foundation
public import Postgres

/// Which installation a catalog belongs to.
public enum CatalogIdentity {
    /// Its id, made with the catalog; a copy of the catalog has the same.
    public static func id(_ client: PostgresClient) async throws -> UUID {
        let rows = try await client.query("SELECT id FROM bulkhead.installation")
        guard let row = rows.first else { throw CatalogError.unreadable("installation") }
        return try row[0].decode(UUID.self)
    }
}
