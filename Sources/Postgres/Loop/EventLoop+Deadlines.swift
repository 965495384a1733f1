extension EventLoop {
    /// Looks at every deadline, and finds out when to look again.
    func checkDeadlines(_ now: ContinuousClock.Instant) {
        self.nextCheck = nil
        self.expireWaiting(now)
        for case let connection? in self.connections { self.expireInFlight(connection, now) }
        if let connection = self.listener.connection { self.expireInFlight(connection, now) }
        for lease in Array(self.leases.values) { self.expire(lease, now) }
        self.ring(now)
        self.pool.retireIdle(now)
        self.pool.queue.forEach { self.note($0.deadline) }
        self.pool.leaseQueue.forEach { self.note($0.deadline) }
        if self.connections.contains(where: { $0 != nil }) {
            self.note(now + max(.milliseconds(100), min(.seconds(30), self.configuration.maximumIdleTime)))
        }
    }

    private func ring(_ now: ContinuousClock.Instant) {
        let due = self.alarms.filter { $0.time <= now }
        self.alarms.removeAll { $0.time <= now }
        for alarm in due { alarm.body() }
        for alarm in self.alarms { self.note(alarm.time) }
    }

    private func expireWaiting(_ now: ContinuousClock.Instant) {
        let expired = self.pool.expire(now)
        let isConnected = self.connections.contains { $0 != nil }
        for queued in expired.requests {
            self.statistics.errors += 1
            queued.request.waiter.resume(
                throwing: PostgresError.deadlineExceeded(.notSent, cause: isConnected ? nil : self.lastConnectError))
        }
        for lease in expired.leases {
            lease.waiter.resume(
                throwing: PostgresError.deadlineExceeded(.notSent, cause: isConnected ? nil : self.lastConnectError))
        }
    }

    private func expireInFlight(_ connection: Connection, _ now: ContinuousClock.Instant) {
        var isStuck = false
        connection.inFlight.forEach { batch in
            if batch.waiter != nil, let deadline = batch.request?.deadline {
                if deadline <= now {
                    batch.resume(throwing: .deadlineExceeded(.unknown))
                    self.abandon(batch, on: connection, now)
                } else {
                    self.note(deadline)
                }
            }
            if let answerBy = batch.answerBy {
                if answerBy <= now { isStuck = true } else { self.note(answerBy) }
            }
        }
        if isStuck {
            self.stopServer(behind: connection)
            connection.lose("no answer in time")
            self.settle(connection, now)
        }
    }

    private func expire(_ lease: LeaseSession, _ now: ContinuousClock.Instant) {
        if let again = lease.cancelAgainAt {
            if again <= now {
                lease.cancelAgainAt = nil
                self.sendCancel(lease, now)
            } else {
                self.note(again)
            }
        }
        self.expireCopyIn(lease, now)
        if let giveUpAt = lease.giveUpAt {
            guard giveUpAt <= now else { return self.note(giveUpAt) }
            lease.connection.lose("no answer in time")
            return self.settle(lease.connection, now)
        }
        guard lease.deadline <= now else { return self.note(lease.deadline) }
        if lease.transfer?.waiterID != nil {
            lease.transfer?.stopWaiting(.deadlineExceeded(.unknown))
            self.sendCancel(lease, now)
        }
        for case .batch(let request, _) in lease.waiting.removeAll() {
            request.waiter.resume(throwing: PostgresError.deadlineExceeded(.notSent))
        }
    }
}
