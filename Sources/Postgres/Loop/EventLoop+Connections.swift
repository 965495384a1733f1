import Logging

extension EventLoop {
    func connect(_ id: ConnectionID) {
        let connector = Connector(
            connectionString: self.configuration.connectionString,
            applicationName: self.configuration.applicationName, timeout: self.configuration.connectTimeout,
            interruption: self.interruption, silentHosts: self.silentHosts)
        let mailbox = self.mailbox
        self.connectThreads.run {
            // When nobody reads the message, the link closes itself.
            _ = mailbox.post(.connected(id, connector.connect()))
        }
    }

    func connected(
        _ id: ConnectionID, _ result: Result<ServerLink, PostgresError>, _ now: ContinuousClock.Instant
    ) {
        guard id.slot < self.connections.count else { return self.listenerConnected(id, result, now) }
        switch result {
        case .failure(let error): self.connectFailed(id, error, now)
        case .success(let link):
            guard self.pool.machine(id) != nil else { return }
            let connection = Connection(
                id: id, link: link, statementCapacity: self.configuration.preparedStatementsPerConnection)
            do {
                try self.poller.add(connection.socket, token: id.token, interest: .read)
            } catch {
                return self.connectFailed(id, .connectionFailed("\(error)", sqlState: nil), now)
            }
            self.connections[id.slot] = connection
            self.pool.connected(id, now, random: .random(in: 0...1))
            self.statistics.connectionsOpened += 1
            self.lastConnectError = nil
            self.note(now + min(self.configuration.maximumIdleTime, self.configuration.maximumConnectionAge))
        }
    }

    private func connectFailed(_ id: ConnectionID, _ error: PostgresError, _ now: ContinuousClock.Instant) {
        self.pool.connectFailed(id, now, random: .random(in: 0...1))
        self.lastConnectError = error
        self.logger.warning(
            "cannot connect to the database",
            metadata: [
                "postgres.attempt": "\(self.pool.backoff.failures)",
                "postgres.sqlstate": "\(error.sqlState?.rawValue ?? "-")",
                "error": "\(error.internalDetail ?? "")",
            ])
        // Waiting does not help against a wrong password; but others may have a connection that still works.
        guard error.isDefinite, self.connections.allSatisfy({ $0 == nil }) else { return }
        for queued in self.pool.queue.removeAll() { queued.request.waiter.resume(throwing: error) }
        for lease in self.pool.leaseQueue.removeAll() { lease.waiter.resume(throwing: error) }
    }

    func send(_ queued: QueuedBatch, _ id: ConnectionID, _ now: ContinuousClock.Instant) {
        guard let connection = self.connections[id.slot] else { return self.pool.requeue(queued) }
        let isQuick = connection.send(queued.request, attempt: queued.attempt)
        if !isQuick { self.pool.tailIsUnmeasured(id) }
        self.deallocate(on: connection, now)
        self.settle(connection, now)
    }

    /// Tells the server to forget the statements that were evicted, several at a time.
    private func deallocate(on connection: Connection, _ now: ContinuousClock.Instant) {
        let names = connection.statements.takeEvicted(atLeast: 8)
        guard !names.isEmpty else { return }
        connection.sendDeallocations(names)
        if connection.lease == nil { self.pool.housekeepingSent(connection.id, now) }
    }

    /// Acts on what happened to a connection, and tells poller and pool what it waits for.
    func settle(_ connection: Connection, _ now: ContinuousClock.Instant) {
        while !connection.events.isEmpty {
            let events = connection.events
            connection.events.removeAll(keepingCapacity: true)
            for event in events {
                switch event {
                case .finished(let batch, let verdict): self.finish(batch, verdict, connection, now)
                case .copyProgressed: if let lease = connection.lease { self.advance(lease, now) }
                case .lost(let error): return self.lost(connection, error, now)
                }
            }
        }
        if !connection.notifications.isEmpty { self.deliverNotifications(of: connection) }
        self.noteSuspicion(connection)
        self.updateInterest(connection)
    }

    private func updateInterest(_ connection: Connection) {
        var interest: Readiness = connection.copy?.isFull ?? false ? [] : .read
        if connection.isOutputBlocked { interest.insert(.write) }
        guard interest != connection.interest else { return }
        connection.interest = interest
        self.poller.change(connection.socket, token: connection.id.token, interest: interest)
        guard !self.isListener(connection) else { return }
        self.pool.setBlocked(connection.id, connection.isOutputBlocked)
    }

    func close(_ id: ConnectionID) {
        guard let connection = self.connections[id.slot], connection.id == id else { return }
        self.forget(connection)
    }

    private func forget(_ connection: Connection) {
        if connection.socket >= 0 { self.poller.remove(connection.socket) }
        self.connections[connection.id.slot] = nil
    }

    private func lost(_ connection: Connection, _ error: PostgresError, _ now: ContinuousClock.Instant) {
        guard !self.isListener(connection) else { return self.listenerLost(connection, now) }
        self.forget(connection)
        self.pool.lost(connection.id)
        self.statistics.connectionsLost += 1
        self.logger.debug(
            "a connection to the database ended", metadata: ["error": "\(error.internalDetail ?? "")"])
        for batch in connection.inFlight.removeAll() {
            self.statistics.errors += 1
            let told = connection.followersError ?? error.causedBy(batch.progress.failure)
            batch.resume(throwing: told)
        }
        if let lease = connection.lease { self.lost(lease, error) }
    }
}

extension PostgresError {
    /// Whether trying again with the same settings cannot help.
    var isDefinite: Bool {
        if self.code == .invalidConfiguration { return true }
        return switch self.sqlState {
        case .invalidPassword, .invalidAuthorization, .undefinedDatabase, .insufficientPrivilege: true
        default: false
        }
    }

    fileprivate func causedBy(_ cause: PostgresError?) -> PostgresError {
        guard let cause else { return self }
        return .connectionLost(self.outcome, self.internalDetail, cause: cause)
    }
}
