extension LeasedSession {
    /// How much is collected before the I/O thread is troubled.
    private static let pieceSize = 64 * 1024

    /// Sends what a sequence brings as the input of a `COPY ... FROM STDIN`; returns the rows that the server took in.
    func copyIn<Chunks: AsyncSequence>(
        _ query: PostgresQuery, from chunks: Chunks, place: BatchProgress.Place = .leased
    ) async throws -> Int where Chunks.Element: Collection, Chunks.Element.Element == UInt8 {
        try query.validate()
        guard query.bindings.isEmpty else { throw PostgresError.unsupported("COPY takes no bound values.") }
        guard query.isCopy else { throw PostgresError.unsupported("The statement is not a COPY.") }
        _ = try await self.order(.begin(sql: query.sql, place: place))
        do {
            var piece: [UInt8] = []
            piece.reserveCapacity(Self.pieceSize)
            for try await chunk in chunks { try await self.send(chunk, collecting: &piece) }
            if !piece.isEmpty { _ = try await self.order(.data(piece)) }
            return try await self.order(.end) ?? 0
        } catch {
            await self.stopCopy()
            throw error
        }
    }

    private func send(_ chunk: some Collection<UInt8>, collecting piece: inout [UInt8]) async throws {
        var rest = chunk[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.pieceSize - piece.count)
            piece.append(contentsOf: part)
            rest = rest[part.endIndex...]
            guard piece.count >= Self.pieceSize else { continue }
            _ = try await self.order(.data(piece))
            piece.removeAll(keepingCapacity: true)
        }
    }

    private func order(_ step: CopyIntake.Order.Step) async throws -> Int? {
        try await self.client.submit { id, waiter in
            .copyIn(self.id, CopyIntake.Order(id: id, step: step, waiter: waiter))
        }
    }
}

extension PostgresQuery {
    /// Whether the first word is COPY: such a text, if it is one statement, is nothing else.
    var isCopy: Bool {
        let word = self.sql.drop { $0.isWhitespace }.prefix { $0.isASCII && $0.isLetter }
        return word.uppercased() == "COPY"
    }
}
