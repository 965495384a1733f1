extension PostgresClient {
    /// Lends a connection of its own to a closure.
    ///
    /// The deadline (default: ``PostgresConfiguration/defaultDeadline`` from now) covers waiting for the connection and
    /// everything done with it. When it passes, or when the task is cancelled, the running statement is cancelled on
    /// the server. Afterwards the session is rolled back and cleaned with `DISCARD ALL`, so that settings, temporary
    /// tables and locks do not outlive the closure.
    ///
    /// `planScope` is as in ``PostgresBatch/planScope``. Throws ``PostgresError`` and what the closure throws.
    public nonisolated func withConnection<Value>(
        deadline: ContinuousClock.Instant? = nil, planScope: String? = nil,
        _ body: (borrowing PostgresLease) async throws -> sending Value
    ) async throws -> sending Value {
        let session = try await self.borrow(deadline, planScope)
        let lease = PostgresLease(session: session)
        let value: Value
        do {
            value = try await body(lease)
        } catch {
            _ = await session.release(discards: true, waits: true)
            throw error
        }
        _ = await session.release(discards: true, waits: false)
        return value
    }

    /// Runs a closure in a transaction on a connection of its own: `BEGIN`, the closure, `COMMIT`; `ROLLBACK` if the
    /// closure throws.
    ///
    /// The error of the closure is thrown as it is if the rollback worked. Everything else is a ``PostgresError`` whose
    /// ``PostgresError/transactionStage`` says what failed: `begin`, `commit`, or `rollback` (code `rollbackFailed`, with
    /// the closure's error as ``PostgresError/cause`` and that of the rollback as ``PostgresError/rollbackCause``).
    /// Deadline and cancellation: as in ``withConnection(deadline:planScope:_:)``.
    public nonisolated func withTransaction<Value>(
        _ options: PostgresTransactionOptions = .readWrite, deadline: ContinuousClock.Instant? = nil,
        planScope: String? = nil, _ body: (borrowing PostgresTransaction) async throws -> sending Value
    ) async throws -> sending Value {
        let session = try await self.borrow(deadline, planScope)
        do {
            _ = try await session.execute([options.beginStatement])
        } catch {
            _ = await session.release(discards: false, waits: true)
            throw (error as? PostgresError)?.at(.begin) ?? error
        }
        let value: Value
        do {
            value = try await body(PostgresTransaction(session: session))
        } catch {
            let problem = await session.release(discards: false, waits: true)
            guard let problem else { throw error }
            throw PostgresError(
                .rollbackFailed, "A transaction failed, and so did its rollback.", outcome: .rolledBack,
                stage: .rollback, cause: error, rollbackCause: problem)
        }
        try await self.commit(session)
        return value
    }

    private nonisolated func commit(_ session: LeasedSession) async throws {
        do {
            let rows = try await session.execute(["COMMIT"])
            guard rows.first?.commandTag == "COMMIT" else { throw PostgresError.transactionRolledBack }
        } catch {
            _ = await session.release(discards: false, waits: true)
            throw (error as? PostgresError)?.at(.commit) ?? error
        }
        _ = await session.release(discards: false, waits: false)
    }

    private nonisolated func borrow(
        _ deadline: ContinuousClock.Instant?, _ planScope: String?
    ) async throws -> LeasedSession {
        let deadline = deadline ?? .now + self.configuration.defaultDeadline
        try await self.waitForStart(deadline)
        let id = RequestID.next()
        try await self.submit(id: id) { id, waiter in
            .lease(LeaseRequest(id: id, deadline: deadline, waiter: waiter))
        }
        return LeasedSession(client: self, id: LeaseID(rawValue: id), deadline: deadline, planScope: planScope)
    }
}
