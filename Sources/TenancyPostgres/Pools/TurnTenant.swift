/// What the queue knows of a tenant while it has anything under way, or was slow a moment ago.
struct TurnTenant: Sendable {
    let key: TurnKey
    var limits: TurnLimits
    /// Transactions under way.
    var running = 0
    /// Those of them that have been running for long.
    var aged = 0
    /// Transactions that wait, of both kinds.
    var waiting = 0
    /// The tenant's next transaction is due when the clocks of the queue show this.
    var due = TurnClocks()
    /// How many more slow ones than quick ones have ended lately; 3 at most.
    var slowInARow = 0
    /// Until when those are remembered.
    var slowUntil: Moment?
    /// Waiting transactions by ``TurnKind``.
    var lanes = (read: TurnLane(), session: TurnLane())

    init(key: TurnKey, limits: TurnLimits) {
        self.key = key
        self.limits = limits
    }

    /// Whether its next transaction has to be expected to be slow too.
    ///
    /// Some slow ones are not enough, since the first ones of a tenant open connections and read what is on no page yet.
    var isSlow: Bool { self.aged > 0 || self.slowInARow > 2 }
    /// Whether a transaction of it waits, or did until just now.
    var isInLine: Bool { self.waiting > 0 || self.lanes.read.line != nil || self.lanes.session.line != nil }
    /// Whether nothing has to be remembered of it.
    var isForgettable: Bool { self.running == 0 && self.waiting == 0 && self.slowUntil == nil }
    /// Tenants share by how much they may do at one time: what a tier costs more, it gets more.
    var weight: Double { Double(self.limits.concurrency) }

    /// One that was slow has ended.
    mutating func noteSlow() {
        self.slowInARow = min(3, self.slowInARow + 1)
    }

    /// One that was quick has ended: it makes up for one that was slow, not for all.
    mutating func noteQuick() {
        self.slowInARow = max(0, self.slowInARow - 1)
    }

    mutating func forgetSlowness() {
        self.slowInARow = 0
        self.slowUntil = nil
    }

    subscript(kind: TurnKind) -> TurnLane {
        _read { if kind == .read { yield self.lanes.read } else { yield self.lanes.session } }
        _modify { if kind == .read { yield &self.lanes.read } else { yield &self.lanes.session } }
    }
}

/// One tenant's waiting transactions of one kind, first come, first served.
struct TurnLane: Sendable {
    var first: Int?
    var last: Int?
    /// Where the lane stands in line; nil while nothing of it could start whatever ended.
    var line: TurnLine?

    init() {}
}

/// What a transaction takes up, and so what it waits for.
enum TurnLine: Int, Sendable, CaseIterable {
    /// A part of a shared connection, for a moment.
    case quickRead
    /// A connection, for a moment.
    case session
    /// A connection, for long.
    case slow
    /// A connection of the tenant's own.
    case dedicated
}

extension TurnLine {
    /// What tenants share by turns; nil for what is a tenant's own.
    var resource: TurnResource? {
        switch self {
        case .quickRead: .reads
        case .session, .slow: .connections
        case .dedicated: nil
        }
    }
}

/// What has a clock of its own: reads that overlap do not make sessions wait.
enum TurnResource: Sendable {
    case reads
    case connections
}

/// A time of each clock of the queue.
struct TurnClocks: Sendable {
    private var reads = 0.0
    private var connections = 0.0

    subscript(resource: TurnResource?) -> Double {
        get {
            switch resource {
            case .reads: self.reads
            case .connections: self.connections
            case nil: 0
            }
        }
        set {
            switch resource {
            case .reads: self.reads = newValue
            case .connections: self.connections = newValue
            case nil: break
            }
        }
    }
}

/// A transaction under way.
struct RunningTurn: Sendable {
    let tenant: Int
    var line: TurnLine
    let startedAt: Moment
    var isAged = false
    var previous: Int?
    var next: Int?
}

/// A transaction that waits.
struct WaitingTurn<Waiter> {
    let id: UInt64
    let tenant: Int
    let kind: TurnKind
    let since: Moment
    let deadline: Moment
    /// What the clocks of the queue showed when it came.
    let clocks: TurnClocks
    /// nil once it has left.
    var waiter: Waiter?
    var previous: Int?
    var next: Int?
}

extension WaitingTurn: Sendable where Waiter: Sendable {}
