/// The caller's side of a lease.
///
/// Copied freely inside of this module, lent to callers as noncopyable.
struct LeasedSession: Sendable {
    let client: PostgresClient
    let id: LeaseID
    let deadline: ContinuousClock.Instant
    let planScope: String?

    /// Sends statements in one round trip, with one Sync.
    func execute(
        _ queries: [PostgresQuery], place: BatchProgress.Place = .leased
    ) async throws -> [PostgresRows] {
        let batch = PostgresBatch(queries, planScope: self.planScope)
        try batch.validate()
        guard !queries.isEmpty else { return [] }
        return try await self.client.submit { id, waiter in
            let request = BatchRequest(
                id: id, batch: batch, deadline: self.deadline, place: place, waiter: waiter)
            return .leaseBatch(self.id, request)
        }
    }

    /// Hands the rows of a `COPY ... TO STDOUT` to a closure, in pieces.
    func copyOut(_ query: PostgresQuery, to sink: (ArraySlice<UInt8>) async throws -> Void) async throws {
        try query.validate()
        guard query.bindings.isEmpty else {
            throw PostgresError.unsupported("COPY takes no bound values.")
        }
        guard query.isCopy else { throw PostgresError.unsupported("The statement is not a COPY.") }
        guard self.client.mailbox.post(.copy(self.id, sql: query.sql)) else { throw PostgresError.shutDown }
        do {
            while let chunk = try await self.nextChunk() { try await sink(chunk[...]) }
        } catch {
            await self.stopCopy()
            throw error
        }
    }

    private func nextChunk() async throws -> [UInt8]? {
        try await self.client.submit { id, waiter in .copyNext(self.id, id, waiter) }
    }

    func stopCopy() async {
        await withCheckedContinuation { waiter in
            if !self.client.mailbox.post(.copyStop(self.id, waiter)) { waiter.resume() }
        }
    }

    /// Gives the connection back.
    ///
    /// With `waits`, returns when it is idle again or gone; the error is that of a rollback.
    func release(discards: Bool, waits: Bool) async -> PostgresError? {
        guard waits else {
            // If the mailbox is closed, the connection is gone already.
            _ = self.client.mailbox.post(.release(self.id, LeaseRelease(discards: discards)))
            return nil
        }
        return await withCheckedContinuation { waiter in
            let isAccepted = self.client.mailbox.post(
                .release(self.id, LeaseRelease(discards: discards, waiter: waiter)))
            if !isAccepted { waiter.resume(returning: nil) }
        }
    }
}
