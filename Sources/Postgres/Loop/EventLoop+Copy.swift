extension EventLoop {
    func startCopy(_ id: LeaseID, _ sql: String, _ now: ContinuousClock.Instant) {
        guard let lease = self.leases[id] else { return }
        lease.transfer = CopyTransfer()
        lease.waiting.append(.copy(sql: sql))
        self.note(lease.deadline)
        self.advance(lease, now)
    }

    func nextChunk(
        _ id: LeaseID, _ request: RequestID, _ waiter: CopyTransfer.Waiter, _ now: ContinuousClock.Instant
    ) {
        guard let lease = self.leases[id], let transfer = lease.transfer else {
            return waiter.resume(throwing: Self.leaseLost)
        }
        guard lease.deadline > now else {
            waiter.resume(throwing: PostgresError.deadlineExceeded(.unknown))
            return self.sendCancel(lease, now)
        }
        transfer.wait(request, waiter)
        transfer.deliver()
        self.resumeReading(lease, now)
    }

    /// Ends a COPY that nobody reads any more, and says when the connection can be used again.
    func stopCopy(_ id: LeaseID, _ waiter: CheckedContinuation<Void, Never>, _ now: ContinuousClock.Instant) {
        // The next statement waits for the end of the COPY by itself.
        if let lease = self.leases[id] { self.sendCancel(lease, now) }
        waiter.resume()
    }

    /// Takes up again what was put off because the sink was slow.
    func resumeReading(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        let connection = lease.connection
        guard connection.copy != nil, !(connection.copy?.isFull ?? false) else { return }
        connection.continueCopy()
        self.settle(connection, now)
    }
}
