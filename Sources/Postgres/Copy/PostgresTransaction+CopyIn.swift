extension PostgresTransaction {
    /// Runs a `COPY ... FROM STDIN` with what a sequence brings as its input, and returns the number of rows.
    ///
    /// Where one piece ends and the next begins does not matter. The sequence is asked for more only when the server has
    /// made room: at most a few hundred kilobytes are in memory, however slow the server is. If the sequence throws, the
    /// rows are given up and its error is thrown. When the server refuses a row, the sequence is not asked any further and
    /// the server's error is thrown; if the refusal reaches the client together with a notice, that is noticed at the end
    /// of the sequence only. After either failure the transaction can only be rolled back, or go back to a savepoint.
    ///
    /// The deadline of the transaction is not seen while the sequence itself is waited for.
    ///
    /// A table with row-level security cannot be copied into by a role that the policies apply to (SQLSTATE 0A000); insert
    /// there with `INSERT ... SELECT ... FROM unnest(...)`.
    ///
    /// Throws ``PostgresError`` and what the sequence throws.
    @discardableResult
    public borrowing func copyIn<Chunks: AsyncSequence>(
        _ query: PostgresQuery, from chunks: Chunks
    ) async throws -> Int where Chunks.Element: Collection, Chunks.Element.Element == UInt8 {
        try await self.session.copyIn(query, from: chunks, place: .transaction)
    }

    /// Runs a `COPY ... FROM STDIN` in text format with these rows, as ``copyIn(_:from:)`` does.
    @discardableResult
    public borrowing func copyIn<Rows: AsyncSequence>(
        _ query: PostgresQuery, rows: Rows
    ) async throws -> Int where Rows.Element == PostgresCopyRow {
        try await self.session.copyIn(query, from: rows.map(\.bytes), place: .transaction)
    }
}

extension PostgresLease {
    /// Runs a `COPY ... FROM STDIN`, as ``PostgresTransaction/copyIn(_:from:)`` does.
    ///
    /// Outside of a transaction block it is a transaction of its own: all rows or none.
    @discardableResult
    public borrowing func copyIn<Chunks: AsyncSequence>(
        _ query: PostgresQuery, from chunks: Chunks
    ) async throws -> Int where Chunks.Element: Collection, Chunks.Element.Element == UInt8 {
        try await self.session.copyIn(query, from: chunks)
    }

    /// Runs a `COPY ... FROM STDIN` in text format with these rows, as ``copyIn(_:from:)`` does.
    @discardableResult
    public borrowing func copyIn<Rows: AsyncSequence>(
        _ query: PostgresQuery, rows: Rows
    ) async throws -> Int where Rows.Element == PostgresCopyRow {
        try await self.session.copyIn(query, from: rows.map(\.bytes))
    }
}
