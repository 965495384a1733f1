import Logging

/// The connection that listens, and those who want to know.
///
/// Belongs to the I/O thread.
struct Listener {
    var machine = ListenMachine()
    var connection: Connection?
    var inboxes: [RequestID: NotificationInbox] = [:]
    var generation: UInt32 = 0
}

extension EventLoop {
    /// A place behind those of the pool.
    private var listenerSlot: Int { self.connections.count }

    func isListener(_ connection: Connection) -> Bool {
        connection.id.slot == self.listenerSlot
    }

    func subscribe(_ inbox: NotificationInbox) {
        guard !self.pool.isShuttingDown else { return inbox.finish() }
        self.listener.inboxes[inbox.id] = inbox
        self.listener.machine.subscribe(inbox.id, inbox.channels)
    }

    func unsubscribe(_ id: RequestID) {
        self.listener.inboxes[id] = nil
        self.listener.machine.unsubscribe(id)
    }

    func endSubscriptions() {
        for inbox in self.listener.inboxes.values {
            inbox.finish()
            self.listener.machine.unsubscribe(inbox.id)
        }
        self.listener.inboxes = [:]
    }

    func carryOutListening(_ now: ContinuousClock.Instant) {
        while let action = self.listener.machine.next(now) {
            switch action {
            case .connect: self.connectListener()
            case .send(let statements): self.sendListening(statements, now)
            case .announce(let id, let event): self.listener.inboxes[id]?.append(event)
            case .close: self.closeListener()
            }
        }
    }

    private func connectListener() {
        self.listener.generation &+= 1
        let id = ConnectionID(slot: self.listenerSlot, generation: self.listener.generation)
        self.connect(id)
    }

    func listenerConnected(
        _ id: ConnectionID, _ result: Result<ServerLink, PostgresError>, _ now: ContinuousClock.Instant
    ) {
        do {
            let connection = Connection(id: id, link: try result.get(), statementCapacity: 0)
            try self.poller.add(connection.socket, token: id.token, interest: .read)
            connection.keepsNotifications = true
            self.listener.connection = connection
            self.listener.machine.connected()
        } catch {
            self.listener.machine.connectFailed(now, random: .random(in: 0...1))
            self.logger.warning(
                "cannot connect to the database to listen",
                metadata: ["postgres.attempt": "\(self.listener.machine.backoff.failures)"])
        }
    }

    private func sendListening(_ statements: [String], _ now: ContinuousClock.Instant) {
        guard let connection = self.listener.connection else { return }
        let answerBy = now + self.configuration.connectTimeout
        connection.sendHousekeeping(statements, answerBy: answerBy)
        self.note(answerBy)
        self.settle(connection, now)
    }

    func finishListening(_ verdict: BatchProgress.Verdict, _ connection: Connection) {
        if case .acknowledged = verdict { return self.listener.machine.updated() }
        connection.lose("LISTEN was refused")
    }

    func deliverNotifications(of connection: Connection) {
        for notification in connection.notifications {
            for id in self.listener.machine.receivers(of: notification.channel) {
                self.listener.inboxes[id]?.append(.notification(notification))
            }
        }
        connection.notifications = []
    }

    func listenerLost(_ connection: Connection, _ now: ContinuousClock.Instant) {
        self.closeListener()
        self.listener.machine.lost()
        self.listener.machine.connectFailed(now, random: .random(in: 0...1))
    }

    private func closeListener() {
        guard let connection = self.listener.connection else { return }
        if connection.socket >= 0 { self.poller.remove(connection.socket) }
        self.listener.connection = nil
    }
}
