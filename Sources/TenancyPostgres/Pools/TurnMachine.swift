import Tenancy

/// Which tenant's transaction goes next: a decision without a network.
///
/// Start-time fair queueing: each transaction moves its tenant's clock on by what it costs, less for a tenant of more
/// weight, and the tenant whose clock is behind goes first. So however many transactions one tenant has waiting, another
/// tenant's one waits for those that were started, not for those that wait. (P. Goyal, H. Vin, H. Cheng: "Start-time Fair
/// Queueing", SIGCOMM 1996.)
///
/// Events go in through methods; what to do comes out of ``next(_:)``, one action at a time, after each event.
struct TurnMachine<Waiter> {
    enum Action {
        case start(Waiter, TurnTicket)
        case expire(Waiter)
    }

    /// What runs for longer holds its connection: nothing is sent behind it.
    static var slowAfter: Moment.Span { .milliseconds(50) }
    /// For how long slow transactions of a tenant are remembered, unless a quick one comes first.
    static var slowMemory: Moment.Span { .seconds(5) }
    /// The most that one transaction costs, in units of ``slowAfter``.
    static var highestCost: Double { 200 }

    let capacity: TurnCapacity
    var tenants = Arena<TurnTenant>()
    var places: [TurnKey: Int] = [:]
    var running = Arena<RunningTurn>()
    var waiting = Arena<WaitingTurn<Waiter>>()
    var waitingPlaces: [UInt64: Int] = [:]
    /// How much is under way, and what waits, by ``TurnLine``.
    var counts = [Int](repeating: 0, count: TurnLine.allCases.count)
    var lines = [TurnHeap](repeating: TurnHeap(), count: TurnLine.allCases.count)
    /// The clocks of the queue.
    var clocks = TurnClocks()
    /// Nothing that waits has a deadline before this.
    private var nextDeadline: Moment?
    private var expired: [Waiter] = []
    /// The transactions under way from oldest to youngest, and the oldest that is not known to be slow.
    private var oldest: Int?
    private var youngest: Int?
    private var oldestYoung: Int?
    /// Who has to be looked at again, and when; in order, since ``slowMemory`` is always the same.
    private var memories = MemoryQueue()
    var figures = TurnFigures()

    init(capacity: TurnCapacity) {
        self.capacity = capacity
    }

    /// When ``next(_:)`` has to be asked again if nothing happens before; nil if nothing waits.
    var nextLook: Moment? {
        guard let deadline = self.nextDeadline else { return nil }
        return self.memories.next.map { min($0, deadline) } ?? deadline
    }

    // MARK: Events

    /// Starts a transaction if nothing stands in its way; nil if it has to wait.
    mutating func start(
        _ tenant: TurnKey, _ kind: TurnKind, _ limits: TurnLimits, _ now: Moment
    ) -> TurnTicket? {
        self.passTime(now)
        let place = self.place(of: tenant, limits)
        let line = self.line(of: kind, place)
        guard self.tenants[place][kind].first == nil, self.mayRun(place), self.hasRoom(line) else {
            self.forgetIfIdle(place)
            return nil
        }
        let tag = max(self.clocks[line.resource], self.tenants[place].due[line.resource])
        return self.begin(place, line, tag: tag, now)
    }

    /// Lets a transaction wait; false if too many of the tenant's wait already.
    mutating func wait(
        _ id: UInt64, _ tenant: TurnKey, _ kind: TurnKind, _ limits: TurnLimits, until deadline: Moment,
        _ waiter: Waiter, _ now: Moment
    ) -> Bool {
        self.passTime(now)
        let place = self.place(of: tenant, limits)
        guard self.tenants[place].waiting < limits.queued else {
            self.figures.refused(tenant.id)
            self.forgetIfIdle(place)
            return false
        }
        let turn = WaitingTurn(
            id: id, tenant: place, kind: kind, since: now, deadline: deadline, clocks: self.clocks, waiter: waiter)
        self.append(turn)
        self.nextDeadline = min(self.nextDeadline ?? deadline, deadline)
        self.stand(place)
        return true
    }

    /// Takes a transaction out that nobody waits for any more; nil if it was started, refused or expired before.
    mutating func cancel(_ id: UInt64) -> Waiter? {
        guard let place = self.waitingPlaces[id] else { return nil }
        let turn = self.unlink(place)
        self.figures.cancelled += 1
        self.settle(turn.tenant)
        return turn.waiter
    }

    /// A transaction has ended, however.
    mutating func finish(_ ticket: TurnTicket, _ now: Moment) {
        self.passTime(now)
        self.unlinkRunning(ticket.place)
        let turn = self.running[ticket.place]
        self.running.remove(ticket.place)
        self.counts[turn.line.rawValue] -= 1
        self.tenants[turn.tenant].running -= 1
        if turn.isAged {
            self.remember(turn, now)
        } else if self.tenants[turn.tenant].aged == 0 {
            self.tenants[turn.tenant].noteQuick()
        }
        self.settle(turn.tenant)
    }

    /// Applies other limits to everybody at once.
    mutating func change(_ limits: (TierName) -> TurnLimits) {
        for place in Array(self.places.values) {
            let old = self.tenants[place].limits
            self.tenants[place].limits = limits(old.tier)
            self.stand(place)
        }
    }

    // MARK: What follows

    /// The next thing to do; nil if there is nothing until the next event, or ``nextLook``.
    mutating func next(_ now: Moment) -> Action? {
        guard self.waiting.count > 0 || !self.expired.isEmpty else {
            self.nextDeadline = nil
            return nil
        }
        self.passTime(now)
        if let deadline = self.nextDeadline, deadline <= now { self.expire(now) }
        if let waiter = self.expired.popLast() { return .expire(waiter) }
        guard let line = self.lineToServe(), let node = self.lines[line.rawValue].first else { return nil }
        let place = node.lane / 2
        guard let kind = TurnKind(rawValue: node.lane % 2), let first = self.tenants[place][kind].first else {
            preconditionFailure("an empty lane stands in line")
        }
        let turn = self.unlink(first)
        guard let waiter = turn.waiter else { preconditionFailure("what has left stands in line") }
        let ticket = self.begin(place, line, tag: node.tag, now)
        self.figures.waited(self.tenants[place].key.id, (now - turn.since).duration)
        self.stand(place)
        return .start(waiter, ticket)
    }

    /// A line that has room: first of those in which others are not in the way, since they take no connection from them;
    /// of those for connections the one whose first has been waiting for longest by their clock.
    private func lineToServe() -> TurnLine? {
        for line in [TurnLine.dedicated, .quickRead] where self.lines[line.rawValue].first != nil && self.hasRoom(line)
        {
            return line
        }
        let firsts = [TurnLine.session, .slow].compactMap { line in
            self.hasRoom(line) ? self.lines[line.rawValue].first.map { (line: line, node: $0) } : nil
        }
        return firsts.min { $0.node.isBefore($1.node) }?.line
    }

    private mutating func begin(
        _ place: Int, _ line: TurnLine, tag: Double, _ now: Moment
    ) -> TurnTicket {
        self.clocks[line.resource] = max(self.clocks[line.resource], tag)
        self.tenants[place].due[line.resource] = tag + 1 / self.tenants[place].weight
        self.tenants[place].running += 1
        self.counts[line.rawValue] += 1
        self.figures.started += 1
        let turn = self.running.insert(
            RunningTurn(tenant: place, line: line, startedAt: now, previous: self.youngest))
        if let youngest = self.youngest { self.running[youngest].next = turn } else { self.oldest = turn }
        self.youngest = turn
        if self.oldestYoung == nil { self.oldestYoung = turn }
        return TurnTicket(place: turn)
    }

    private mutating func unlinkRunning(_ place: Int) {
        let turn = self.running[place]
        if self.oldestYoung == place { self.oldestYoung = turn.next }
        if let previous = turn.previous { self.running[previous].next = turn.next } else { self.oldest = turn.next }
        if let next = turn.next { self.running[next].previous = turn.previous } else { self.youngest = turn.previous }
    }

    private mutating func expire(_ now: Moment) {
        var late: [Int] = []
        self.nextDeadline = nil
        for place in self.waiting.taken {
            let deadline = self.waiting[place].deadline
            if deadline <= now {
                late.append(place)
            } else {
                self.nextDeadline = min(self.nextDeadline ?? deadline, deadline)
            }
        }
        for place in late {
            let turn = self.unlink(place)
            self.figures.expired(self.tenants[turn.tenant].key.id)
            if let waiter = turn.waiter { self.expired.append(waiter) }
            self.settle(turn.tenant)
        }
    }

    // MARK: Time

    /// Finds out who has become slow, and who is not any more.
    private mutating func passTime(_ now: Moment) {
        while let place = self.oldestYoung, now - self.running[place].startedAt > Self.slowAfter {
            self.age(place)
            self.oldestYoung = self.running[place].next
        }
        while let tenant = self.memories.popFirst(upTo: now) {
            guard let place = self.places[tenant], let until = self.tenants[place].slowUntil, until <= now else {
                continue
            }
            self.tenants[place].forgetSlowness()
            self.settle(place)
        }
    }

    private mutating func age(_ place: Int) {
        self.running[place].isAged = true
        let turn = self.running[place]
        self.tenants[turn.tenant].aged += 1
        if turn.line == .quickRead || turn.line == .session {
            self.counts[turn.line.rawValue] -= 1
            self.counts[TurnLine.slow.rawValue] += 1
            self.running[place].line = .slow
        }
        self.stand(turn.tenant)
    }

    /// A slow transaction has ended: it is charged by the time it took, and remembered.
    private mutating func remember(_ turn: RunningTurn, _ now: Moment) {
        let cost = min(Self.highestCost, (now - turn.startedAt) / Self.slowAfter)
        let until = now + Self.slowMemory
        self.tenants[turn.tenant].aged -= 1
        self.tenants[turn.tenant].due[turn.line.resource] += (cost - 1) / self.tenants[turn.tenant].weight
        self.tenants[turn.tenant].noteSlow()
        self.tenants[turn.tenant].slowUntil = until
        self.memories.append(self.tenants[turn.tenant].key, until)
    }
}

extension TurnMachine: Sendable where Waiter: Sendable {}
