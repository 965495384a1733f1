public import BulkheadHummingbird
import Logging
public import Postgres
public import TenancyPostgres

extension TenantContext {
    /// Lends a transaction of the request's tenant; commits when the closure returns, rolls back when it throws.
    ///
    /// Whatever SQL runs in it, no row of another tenant is in reach: the context opens no other session. For GET, HEAD
    /// and OPTIONS, and in a read-only tenant, the transaction can only read.
    ///
    /// ```swift
    /// try await context.requireMember().withSession { session in
    ///     try await session.query("UPDATE accounts SET name = \(name) WHERE id = \(id)::uuid")
    /// }
    /// ```
    /// - Throws: ``BulkheadHummingbird/ProblemDetails/deadlineExceeded`` if the request's deadline has passed, `DomainError`
    ///   with 401 if the member may not act any more and with 503 without a free connection in time, `PostgresError`; what
    ///   the closure throws.
    public nonisolated func withSession<Value>(
        _ body: (borrowing TenantSession) async throws -> sending Value
    ) async throws -> sending Value {
        try self.checkDeadline()
        return try await self.database.withTenant(self.access, deadline: self.deadline, body)
    }

    /// Runs a query that only reads, in one round trip; quicker than ``withSession(_:)``.
    ///
    /// - Throws: as ``withSession(_:)``; `TenantQueryError` for another kind of statement.
    public func read(_ query: PostgresQuery) async throws -> PostgresRows {
        try await self.read([query])[0]
    }

    /// Runs several such queries in one round trip, all of the same moment's rows or later ones.
    public func read(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try self.checkDeadline()
        return try await self.database.read(queries, in: self.access, deadline: self.deadline)
    }

    private var database: TenantDatabase {
        get throws {
            guard let database = self.sessions as? TenantDatabase else {
                self.logger.critical("TenantMiddleware was given no TenantDatabase to lend sessions of")
                throw ProblemDetails.internalError
            }
            return database
        }
    }
}
