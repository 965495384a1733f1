extension EventLoop {
    func handle(_ message: Message, _ now: ContinuousClock.Instant) {
        switch message {
        case .batch(let request): self.accept(request, now)
        case .lease(let request): self.accept(request, now)
        case .leaseBatch(let id, let request): self.accept(request, for: id, now)
        case .copy(let id, let sql): self.startCopy(id, sql, now)
        case .copyNext(let id, let request, let waiter): self.nextChunk(id, request, waiter, now)
        case .copyIn(let id, let order): self.accept(order, for: id, now)
        case .copyStop(let id, let waiter): self.stopCopy(id, waiter, now)
        case .release(let id, let release): self.release(id, release, now)
        case .cancel(let id): self.cancel(id, now)
        case .cancelSent(let id): self.cancelSent(id, now)
        case .connected(let id, let result): self.connected(id, result, now)
        case .subscribe(let inbox): self.subscribe(inbox)
        case .unsubscribe(let id): self.unsubscribe(id)
        case .alarm(let time, let body):
            self.alarms.append((time, body))
            self.note(time)
        case .shutDown(let isGraceful):
            self.endSubscriptions()
            self.pool.shutDown()
            if !isGraceful { self.isStopped = true }
        }
    }

    private func accept(_ request: BatchRequest, _ now: ContinuousClock.Instant) {
        guard !self.pool.isShuttingDown else { return request.waiter.resume(throwing: PostgresError.shutDown) }
        guard self.pool.enqueue(QueuedBatch(request: request)) else {
            return request.waiter.resume(throwing: PostgresError.overloaded)
        }
        self.note(request.deadline)
    }

    private func accept(_ request: LeaseRequest, _ now: ContinuousClock.Instant) {
        guard !self.pool.isShuttingDown else { return request.waiter.resume(throwing: PostgresError.shutDown) }
        guard self.pool.enqueue(lease: request) else {
            return request.waiter.resume(throwing: PostgresError.overloaded)
        }
        self.note(request.deadline)
    }

    /// A task that waits for something was cancelled: it is told at once, wherever its request is.
    private func cancel(_ id: RequestID, _ now: ContinuousClock.Instant) {
        if let queued = self.pool.cancelRequest(id) {
            return queued.request.waiter.resume(
                throwing: PostgresError.cancelled(queued.attempt > 1 ? .rolledBack : .notSent))
        }
        if let request = self.pool.cancelLease(id) {
            return request.waiter.resume(throwing: PostgresError.cancelled(.notSent))
        }
        for case let connection? in self.connections {
            connection.inFlight.forEach { batch in
                guard batch.request?.id == id, batch.waiter != nil else { return }
                batch.resume(throwing: .cancelled(.unknown))
                self.abandon(batch, on: connection, now)
            }
        }
        for lease in self.leases.values { self.cancel(id, in: lease, now) }
    }

    private func cancel(_ id: RequestID, in lease: LeaseSession, _ now: ContinuousClock.Instant) {
        if lease.transfer?.waiterID == id {
            lease.transfer?.stopWaiting(.cancelled(.unknown))
            self.sendCancel(lease, now)
        }
        if let intake = lease.intake, intake.waiterID == id {
            intake.stopWaiting(.cancelled(intake.outcome))
            self.sendCancel(lease, now)
        }
        let waiting = lease.waiting.removeAll { operation in
            if case .batch(let request, _) = operation { request.id == id } else { false }
        }
        for case .batch(let request, _) in waiting {
            request.waiter.resume(throwing: PostgresError.cancelled(.notSent))
        }
    }

    /// Nobody waits for the answer any more.
    ///
    /// A shared connection reads it and drops it: cancelling could hit the batch of somebody else. A leased one is told
    /// to stop.
    func abandon(_ batch: InFlightBatch, on connection: Connection, _ now: ContinuousClock.Instant) {
        let deadline = batch.request?.deadline ?? now
        let giveUp = max(deadline, now) + self.configuration.gracePeriod
        batch.answerBy = giveUp
        self.note(giveUp)
        if let lease = connection.lease { self.sendCancel(lease, now) }
    }
}
