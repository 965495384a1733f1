import Postgres

extension PostgresClient {
    /// Runs a batch that changes nothing: once more, if the connection broke under it.
    ///
    /// So a server or a pooler that is restarted costs a read some time, and no error.
    func read(_ batch: PostgresBatch, deadline: ContinuousClock.Instant, holding hold: TurnHold) async throws
        -> [PostgresRows]
    {
        do {
            return try await self.execute(batch, deadline: deadline, holding: hold)
        } catch let error as PostgresError where error.isEndOfConnection && !Task.isCancelled {
            return try await self.execute(batch, deadline: deadline, holding: hold)
        }
    }
}

extension PostgresError {
    /// Whether the server or a pooler ended the connection, whatever was under way.
    var isEndOfConnection: Bool {
        if self.code == .connectionLost { return true }
        return self.server?.severity == "FATAL" && self.sqlState?.conditionClass == "57"
    }
}
