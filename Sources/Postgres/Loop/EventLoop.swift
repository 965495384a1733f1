import Logging

/// The I/O thread of a client: everything in here is touched by that thread only.
///
/// It asks the state machines what to do, does it, and waits for sockets and messages.
final class EventLoop {
    static let wakeUpToken = UInt64.max

    let configuration: PostgresConfiguration
    let logger: Logger
    let mailbox: Mailbox<Message>
    let board: StatisticsBoard
    let wakeUp: WakeUp
    /// Ends attempts to connect when the client ends.
    let interruption: WakeUp
    let silentHosts = SilentHosts()
    let connectThreads: BlockingThreads
    let cancelThread: BlockingThreads
    var poller: SystemPoller
    var pool: PoolMachine<QueuedBatch, LeaseRequest>
    var connections: [Connection?]
    var leases: [LeaseID: LeaseSession] = [:]
    var listener = Listener()
    var statistics = PostgresStatistics()
    var lastConnectError: PostgresError?
    /// No deadline is before this; nil if nothing has a deadline.
    var nextCheck: ContinuousClock.Instant?
    /// What others want to be told, and when.
    var alarms: [(time: ContinuousClock.Instant, body: @Sendable () -> Void)] = []
    var isStopped = false
    /// Batches whose tasks are told at the end of a turn, all at once: waking threads one by one costs more.
    private var answered: [InFlightBatch] = []
    private var messages: [Message] = []
    private var events: [PollEvent] = []

    init(
        configuration: PostgresConfiguration, logger: Logger, mailbox: Mailbox<Message>, board: StatisticsBoard
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.mailbox = mailbox
        self.board = board
        self.wakeUp = try WakeUp()
        self.interruption = try WakeUp()
        self.connectThreads = try BlockingThreads(name: "pg-connect", count: 2)
        self.cancelThread = try BlockingThreads(name: "pg-cancel", count: 1)
        self.poller = try SystemPoller()
        self.pool = PoolMachine(limits: configuration.limits)
        self.connections = Array(repeating: nil, count: self.pool.slots.count)
        try self.poller.add(self.wakeUp.readDescriptor, token: Self.wakeUpToken, interest: .read)
        mailbox.open(self.wakeUp)
    }

    /// Serves until the client has shut down.
    func run() {
        while !self.isStopped {
            self.turn()
        }
        self.tearDown()
    }

    private func turn() {
        var now = ContinuousClock.now
        self.mailbox.take(into: &self.messages)
        for message in self.messages { self.handle(message, now) }
        self.messages.removeAll(keepingCapacity: true)
        // First, because what it ends makes room for others.
        if let check = self.nextCheck, check <= now { self.checkDeadlines(now) }
        self.carryOut(now)
        self.carryOutListening(now)
        self.publish()
        self.resumeAnswered()
        if self.pool.isFinished && self.leases.isEmpty { self.isStopped = true }
        guard !self.isStopped else { return }
        let timeout = self.mailbox.prepareToSleep() ? self.sleepTime(now) : .zero
        self.poller.wait(timeout: timeout, into: &self.events)
        guard !self.events.isEmpty else { return }
        now = .now
        for event in self.events { self.serve(event, now) }
        self.events.removeAll(keepingCapacity: true)
        self.publish()
        self.resumeAnswered()
    }

    /// Tells the task of a batch at the end of the turn.
    func answer(_ batch: InFlightBatch, error: PostgresError? = nil) {
        if error != nil { self.statistics.errors += 1 }
        batch.error = error
        self.answered.append(batch)
    }

    private func resumeAnswered() {
        for batch in self.answered { batch.resume() }
        self.answered.removeAll(keepingCapacity: true)
    }

    private func serve(_ event: PollEvent, _ now: ContinuousClock.Instant) {
        guard event.token != Self.wakeUpToken else { return self.wakeUp.drain() }
        let slot = Int(event.token >> 32)
        let found = slot < self.connections.count ? self.connections[slot] : self.listener.connection
        guard let connection = found, connection.id.token == event.token else { return }
        if event.readiness.contains(.write) { connection.writable() }
        if event.readiness.contains(.read) { connection.readable() }
        self.settle(connection, now)
    }

    /// Does what the state machine of the pool wants done.
    private func carryOut(_ now: ContinuousClock.Instant) {
        while let action = self.pool.next(now) {
            switch action {
            case .send(let queued, let id): self.send(queued, id, now)
            case .grant(let request, let id): self.grant(request, id)
            case .connect(let id): self.connect(id)
            case .close(let id): self.close(id)
            }
        }
    }

    /// How long nothing will happen by itself.
    private func sleepTime(_ now: ContinuousClock.Instant) -> Duration? {
        var wake = self.nextCheck
        if let retry = self.pool.backoff.notBefore, retry > now,
            !self.pool.queue.isEmpty || !self.pool.leaseQueue.isEmpty
        {
            wake = min(wake ?? retry, retry)
        }
        if let retry = self.listener.machine.backoff.notBefore, retry > now, self.listener.machine.isWanted {
            wake = min(wake ?? retry, retry)
        }
        return wake.map { max(.zero, $0 - now) }
    }

    func note(_ deadline: ContinuousClock.Instant) {
        if let check = self.nextCheck, check <= deadline { return }
        self.nextCheck = deadline
    }

    private func publish() {
        self.statistics.queued = self.pool.queue.count
        self.statistics.waitingForLease = self.pool.leaseQueue.count
        self.pool.count(into: &self.statistics)
        self.board.publish(self.statistics)
    }

    private func tearDown() {
        for message in self.mailbox.close() { message.refuse(.shutDown) }
        for alarm in self.alarms { alarm.body() }
        for queued in self.pool.queue.removeAll() { queued.request.waiter.resume(throwing: PostgresError.shutDown) }
        for lease in self.pool.leaseQueue.removeAll() { lease.waiter.resume(throwing: PostgresError.shutDown) }
        for connection in self.connections.compactMap({ $0 }) {
            connection.lose("the client was stopped")
            self.settle(connection, .now)
        }
        self.resumeAnswered()
        self.endSubscriptions()
        self.listener.connection = nil
        self.interruption.signal()
        self.connectThreads.end()
        // A server that stands still does not answer a cancel request, and libpq waits for it without end.
        self.cancelThread.abandon()
        self.statistics = PostgresStatistics()
        self.board.publish(self.statistics)
    }
}

extension PoolMachine {
    /// Counts connections by what they do.
    func count(into statistics: inout PostgresStatistics) {
        statistics.open = 0
        statistics.idle = 0
        statistics.leased = 0
        statistics.connecting = 0
        statistics.inFlight = 0
        for slot in self.slots {
            guard let machine = slot.machine else { continue }
            switch machine.phase {
            case .connecting: statistics.connecting += 1
            case .leased: statistics.leased += 1
            default: if machine.inFlight == 0 { statistics.idle += 1 }
            }
            if machine.phase != .connecting { statistics.open += 1 }
            statistics.inFlight += machine.inFlight
        }
    }
}
