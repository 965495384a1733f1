/// A connection of one's own, for as long as a closure of ``PostgresClient/withConnection(deadline:planScope:_:)`` runs.
///
/// It cannot be copied or kept. Statements run one after the other.
public struct PostgresLease: ~Copyable {
    let session: LeasedSession

    init(session: LeasedSession) {
        self.session = session
    }

    /// The transaction that was begun on this lease, for a type that wraps it and is lent in its place; a statement that
    /// ends it is an error.
    ///
    /// Must not outlive the closure that this lease was lent to.
    package borrowing func begunTransaction() -> PostgresTransaction {
        PostgresTransaction(session: self.session)
    }

    /// Runs one statement.
    ///
    /// Throws ``PostgresError``.
    public borrowing func query(_ query: PostgresQuery) async throws -> PostgresRows {
        try await self.session.execute([query]).first ?? .none
    }

    /// Runs statements in one round trip and returns their answers in order.
    ///
    /// Outside of a transaction block they are one transaction. Throws ``PostgresError``.
    public borrowing func execute(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await self.session.execute(queries)
    }

    /// Runs a `COPY ... TO STDOUT` and hands its output to a closure, piece by piece; pieces end between rows.
    ///
    /// The server waits while the closure does: at most about a megabyte is buffered. If the closure throws, the COPY is
    /// cancelled. Throws ``PostgresError`` and what the closure throws.
    public borrowing func copyOut(
        _ query: PostgresQuery, to sink: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        try await self.session.copyOut(query, to: sink)
    }
}
