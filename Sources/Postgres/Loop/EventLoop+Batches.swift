import Logging

extension EventLoop {
    /// A batch is answered: its task is told, and the connection is looked at.
    func finish(
        _ batch: InFlightBatch, _ verdict: BatchProgress.Verdict, _ connection: Connection,
        _ now: ContinuousClock.Instant
    ) {
        guard !self.isListener(connection) else { return self.finishListening(verdict, connection) }
        if batch.request != nil { self.statistics.batches += 1 }
        if let lease = connection.lease { return self.finish(batch, verdict, lease, now) }
        let duration = self.pool.batchFinished(connection.id, now)
        batch.remember(isQuick: duration <= self.configuration.headOfLineLimit)
        self.tell(batch, verdict, connection)
        if self.hasChangedSession(batch, connection) {
            self.logger.debug("a batch left a changed session behind; its connection will be closed")
            self.pool.retire(connection.id)
        }
    }

    private func hasChangedSession(_ batch: InFlightBatch, _ connection: Connection) -> Bool {
        if batch.request != nil && batch.progress.changesSession { return true }
        // Settings are looked at when libpq is idle, and now and then when it never is.
        let isTurn = connection.inFlight.isEmpty || self.statistics.batches % 16 == 0
        return isTurn && connection.hasParameterChange
    }

    private func tell(_ batch: InFlightBatch, _ verdict: BatchProgress.Verdict, _ connection: Connection) {
        switch verdict {
        case .acknowledged: self.answer(batch)
        case .stale(let error):
            if batch.mayBeResent, let request = batch.request {
                return self.pool.requeue(QueuedBatch(request: request, attempt: 2))
            }
            self.answer(batch, error: error)
        case .failed(let error), .leftOpen(let error):
            connection.takeBackDeallocations(batch)
            self.answer(batch, error: error)
        }
    }
}

extension InFlightBatch {
    var mayBeResent: Bool {
        self.attempt == 1 && self.waiter != nil && (self.request?.batch.isResentOnStalePlan ?? false)
    }

    /// Nobody can say which of the statements was slow: not those that every scope has, if there are others.
    ///
    /// Otherwise one tenant's slow query would make the others' batches, which begin with the same statements, look slow.
    func remember(isQuick: Bool) {
        let isScoped = !isQuick && self.steps.contains { $0.statement?.key.scope != nil }
        for step in self.steps {
            guard let statement = step.statement, statement.isQuick != isQuick else { continue }
            if isQuick || !isScoped || statement.key.scope != nil { statement.isQuick = isQuick }
        }
    }
}
