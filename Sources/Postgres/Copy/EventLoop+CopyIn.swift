extension EventLoop {
    /// Does what the caller of a `COPY ... FROM STDIN` wants next.
    func accept(_ order: CopyIntake.Order, for id: LeaseID, _ now: ContinuousClock.Instant) {
        guard let lease = self.leases[id] else { return order.waiter.resume(throwing: Self.leaseLost) }
        guard lease.deadline > now else {
            order.waiter.resume(throwing: PostgresError.deadlineExceeded(lease.intake?.outcome ?? .notSent))
            return self.sendCancel(lease, now)
        }
        if case .begin(let sql, let place) = order.step {
            guard place != .transaction || !lease.isTransactionOver else {
                return order.waiter.resume(throwing: PostgresError.transactionLeftOpen(.notSent))
            }
            return self.begin(CopyIntake(sql: sql), order, lease, now)
        }
        guard let intake = lease.intake else { return order.waiter.resume(throwing: Self.leaseLost) }
        intake.wait(order)
        switch order.step {
        case .begin: break
        case .data(let bytes): lease.connection.put(bytes, of: intake)
        case .end: lease.connection.endCopyIn(intake)
        }
        self.settle(lease.connection, now)
    }

    private func begin(
        _ intake: CopyIntake, _ order: CopyIntake.Order, _ lease: LeaseSession, _ now: ContinuousClock.Instant
    ) {
        lease.intake = intake
        intake.wait(order)
        lease.waiting.append(.copyIn(intake))
        self.note(lease.deadline)
        self.advance(lease, now)
    }

    /// The server is told by the connection itself; only if that does not help, by a cancel request.
    ///
    /// Returns whether that is to be waited for.
    func abortCopyIn(_ lease: LeaseSession, _ now: ContinuousClock.Instant) -> Bool {
        guard let intake = lease.intake, intake.phase != .finished else { return false }
        let wasStreaming = intake.phase == .streaming && !intake.isAborted
        lease.connection.abortCopyIn(intake)
        guard wasStreaming, lease.connection.intake === intake else { return false }
        let again = now + CopyIntake.endGrace
        lease.cancelAgainAt = again
        self.note(again)
        self.settle(lease.connection, now)
        return true
    }

    /// Looks when to look again at an answer that came in the midst of the rows.
    func noteSuspicion(_ connection: Connection) {
        guard let since = connection.intake?.suspectedSince else { return }
        self.note(since + CopyIntake.noticeGrace)
    }

    private func clearSuspicion(_ connection: Connection) {
        guard let intake = connection.intake, intake.suspectedSince != nil else { return }
        connection.clear(intake)
        if intake.suspectedSince == nil { intake.deliver(hasRoom: !connection.isOutputBlocked) }
    }

    func expireCopyIn(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        guard let intake = lease.intake, intake.phase != .finished else { return }
        if lease.connection.intake === intake { self.clearSuspicion(lease.connection) }
        if let since = intake.suspectedSince, intake.phase == .streaming {
            if since + CopyIntake.noticeGrace <= now {
                lease.connection.endCopyIn(intake, reason: "stopped by the client after an answer of the server")
                self.settle(lease.connection, now)
            } else {
                self.noteSuspicion(lease.connection)
            }
        }
        if lease.deadline <= now, intake.waiterID != nil {
            intake.stopWaiting(.deadlineExceeded(intake.outcome))
            self.sendCancel(lease, now)
        }
    }
}
