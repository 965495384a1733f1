public import Postgres
public import Tenancy

/// A borrowed transaction that belongs to one tenant.
///
/// It lives as long as the closure that ``TenantDatabase/withTenant(_:deadline:_:)`` calls; it cannot be copied, kept or handed
/// to another task. Whatever SQL it is given, no row of another tenant is in reach.
public struct TenantSession: ~Copyable {
    /// On whose rows and on whose behalf.
    public let access: TenantAccess
    private let transaction: PostgresTransaction

    init(access: TenantAccess, transaction: consuming PostgresTransaction) {
        self.access = access
        self.transaction = transaction
    }

    /// Whose rows.
    public var tenant: TenantID { self.access.tenant }

    /// Runs one statement.
    ///
    /// - Throws: `PostgresError`; the transaction is then good for nothing but its end.
    public borrowing func query(_ query: PostgresQuery) async throws -> PostgresRows {
        try await self.transaction.query(query)
    }

    /// Runs several statements in one round trip.
    ///
    /// - Throws: `PostgresError` of the first that fails; those after it have not run.
    public borrowing func execute(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await self.transaction.execute(queries)
    }

    /// Streams the answer of a `COPY (...) TO STDOUT`; the sink's slowness holds the server back.
    public borrowing func copyOut(
        _ query: PostgresQuery, to sink: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        try await self.transaction.copyOut(query, to: sink)
    }
}
