extension EventLoop {
    func grant(_ request: LeaseRequest, _ id: ConnectionID) {
        guard let connection = self.connections[id.slot] else {
            return request.waiter.resume(throwing: Self.leaseLost)
        }
        let lease = LeaseSession(id: request.leaseID, connection: connection, deadline: request.deadline)
        connection.lease = lease
        self.leases[lease.id] = lease
        request.waiter.resume()
    }

    func accept(_ request: BatchRequest, for id: LeaseID, _ now: ContinuousClock.Instant) {
        guard let lease = self.leases[id] else { return request.waiter.resume(throwing: Self.leaseLost) }
        guard request.place != .transaction || !lease.isTransactionOver else {
            return request.waiter.resume(throwing: PostgresError.transactionLeftOpen(.notSent))
        }
        guard request.deadline > now else {
            return request.waiter.resume(throwing: PostgresError.deadlineExceeded(.notSent))
        }
        lease.waiting.append(.batch(request, attempt: 1))
        self.note(request.deadline)
        self.advance(lease, now)
    }

    static var leaseLost: PostgresError { .connectionLost(.notSent, "the connection of the lease is gone") }

    /// Does the next thing of a lease, if nothing is under way.
    func advance(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        guard !lease.isCancelling, !lease.isBusy, self.leases[lease.id] === lease else { return }
        lease.cancelAgainAt = nil
        switch lease.waiting.popFirst() {
        case .batch(let request, let attempt):
            _ = lease.connection.send(request, attempt: attempt)
        case .copy(let sql):
            lease.connection.startCopy(sql, into: lease.transfer ?? CopyTransfer())
        case .copyIn(let intake): lease.connection.startCopyIn(intake)
        case nil:
            guard lease.release != nil else { return }
            return self.cleanUp(lease, now)
        }
        self.settle(lease.connection, now)
    }

    func finish(
        _ batch: InFlightBatch, _ verdict: BatchProgress.Verdict, _ lease: LeaseSession,
        _ now: ContinuousClock.Instant
    ) {
        if batch.progress.changesSession { lease.hasChangedSession = true }
        if batch.progress.place == .transaction, lease.connection.status == .idle { lease.isTransactionOver = true }
        switch verdict {
        case .acknowledged: self.answer(batch)
        case .stale(let error):
            // In a transaction block the statements before are undone as well, so only the borrower can begin anew.
            if batch.mayBeResent, lease.connection.status == .idle, let request = batch.request {
                lease.waiting.prepend(.batch(request, attempt: 2))
            } else {
                self.answer(batch, error: error)
            }
        case .failed(let error), .leftOpen(let error):
            lease.connection.takeBackDeallocations(batch)
            if batch.request == nil { lease.rollbackError = error }
            self.answer(batch, error: error)
        }
        self.advance(lease, now)
    }

    /// The body has ended: what it left running is stopped, what it left open is rolled back.
    func release(_ id: LeaseID, _ release: LeaseRelease, _ now: ContinuousClock.Instant) {
        guard let lease = self.leases[id] else {
            release.waiter?.resume(returning: nil)
            return
        }
        lease.release = release
        lease.cleanup = LeaseCleanup(discards: release.discards)
        for case .batch(let request, _) in lease.waiting.removeAll() {
            request.waiter.resume(throwing: PostgresError.cancelled(.notSent))
        }
        let giveUpAt = now + self.configuration.gracePeriod
        lease.giveUpAt = giveUpAt
        self.note(giveUpAt)
        if lease.isBusy { self.sendCancel(lease, now) }
        lease.transfer?.discard()
        self.resumeReading(lease, now)
        self.advance(lease, now)
    }

    private func cleanUp(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        let connection = lease.connection
        switch lease.cleanup.next(connection.status) {
        case .rollBack: connection.sendHousekeeping(["ROLLBACK"])
        case .discard:
            connection.statements.forgetAll()
            connection.sendHousekeeping(["DISCARD ALL"])
        case .giveBack: return self.giveBack(lease, now)
        case .close: connection.lose("the transaction of a lease could not be ended")
        }
        self.settle(connection, now)
    }

    private func giveBack(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        let connection = lease.connection
        self.leases[lease.id] = nil
        connection.lease = nil
        self.pool.leaseReturned(connection.id, now)
        // A DISCARD ALL that failed has thrown nothing away.
        let isClean = lease.rollbackError == nil && (lease.cleanup.discards || !lease.hasChangedSession)
        if !isClean || connection.hasParameterChange { self.pool.retire(connection.id) }
        lease.finish(lease.rollbackError)
    }

    func lost(_ lease: LeaseSession, _ error: PostgresError) {
        self.leases[lease.id] = nil
        lease.connection.lease = nil
        for case .batch(let request, _) in lease.waiting.removeAll() { request.waiter.resume(throwing: error) }
        lease.transfer?.fail(error)
        lease.transfer?.phase = .finished
        lease.transfer?.discard()
        lease.transfer?.deliver()
        lease.intake?.stopWaiting(error.with(outcome: lease.intake?.outcome ?? .unknown))
        lease.finish(error)
    }

    // MARK: Cancelling

    func sendCancel(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        lease.transfer?.discard()
        _ = lease.waiting.removeAll(where: \.isCopy)
        self.resumeReading(lease, now)
        if self.abortCopyIn(lease, now) { return }
        guard !lease.isCancelling, lease.isBusy, let handle = CancelHandle(for: lease.connection.pointer) else {
            return
        }
        lease.isCancelling = true
        let mailbox = self.mailbox
        let id = lease.id
        self.cancelThread.run {
            handle.send()
            _ = mailbox.post(.cancelSent(id))  // refused only when the connections are gone
        }
    }

    /// Tells the server to stop what a connection does that is about to be closed.
    ///
    /// It would otherwise go on until it has something to say. Whose batch is hit does not matter: all are given up.
    func stopServer(behind connection: Connection) {
        guard let handle = CancelHandle(for: connection.pointer) else { return }
        self.cancelThread.run { handle.send() }
    }

    func cancelSent(_ id: LeaseID, _ now: ContinuousClock.Instant) {
        guard let lease = self.leases[id] else { return }
        lease.isCancelling = false
        if lease.isBusy {
            let again = now + .milliseconds(100)
            lease.cancelAgainAt = again
            self.note(again)
        }
        self.advance(lease, now)
    }
}
