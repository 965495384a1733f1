/// A transaction of one's own, for as long as a closure of
/// ``PostgresClient/withTransaction(_:deadline:planScope:_:)`` runs.
///
/// It cannot be copied or kept. Statements run one after the other; after one has failed the server accepts no other
/// (SQLSTATE 25P02), unless it is undone with `ROLLBACK TO SAVEPOINT`. A statement that ends the transaction itself fails
/// with ``PostgresError/Code/transactionLeftOpen``, and so does everything after it.
public struct PostgresTransaction: ~Copyable {
    let session: LeasedSession

    init(session: LeasedSession) {
        self.session = session
    }

    /// Runs one statement.
    ///
    /// Throws ``PostgresError``.
    public borrowing func query(_ query: PostgresQuery) async throws -> PostgresRows {
        try await self.session.execute([query], place: .transaction).first ?? .none
    }

    /// Runs statements in one round trip and returns their answers in order.
    ///
    /// Throws ``PostgresError``.
    public borrowing func execute(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await self.session.execute(queries, place: .transaction)
    }

    /// Runs a `COPY ... TO STDOUT` and hands its output to a closure, as ``PostgresLease/copyOut(_:to:)`` does.
    public borrowing func copyOut(
        _ query: PostgresQuery, to sink: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        try await self.session.copyOut(query, to: sink)
    }
}
