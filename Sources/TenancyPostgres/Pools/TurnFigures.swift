public import Tenancy

/// What waiting for connections has cost one tenant since the process started.
public struct TenantWaits: Sendable, Hashable {
    /// Whose.
    public let tenant: TenantID
    /// Transactions that had to wait and then were started.
    public internal(set) var waits: UInt64 = 0
    /// For how long all of them together.
    public internal(set) var waited: Duration = .zero
    /// Transactions that were refused, since too many waited already.
    public internal(set) var refusals: UInt64 = 0
    /// Transactions whose deadline passed while they waited.
    public internal(set) var expirations: UInt64 = 0

    /// All of it, for finding out whom it hits most.
    var events: UInt64 { self.waits + self.refusals + self.expirations }
}

/// What a process's tenants did with its connections, for monitoring.
public struct TurnFigures: Sendable, Hashable {
    /// Transactions started since the process started, with or without a wait.
    public internal(set) var started: UInt64 = 0
    /// Those that had to wait.
    public internal(set) var waits: UInt64 = 0
    /// For how long they waited, all together.
    public internal(set) var waited: Duration = .zero
    /// The longest wait.
    public internal(set) var longestWait: Duration = .zero
    /// Transactions refused because too many of the tenant's waited already.
    public internal(set) var refusals: UInt64 = 0
    /// Transactions whose deadline passed while they waited.
    public internal(set) var expirations: UInt64 = 0
    /// Transactions that nobody wanted any more while they waited.
    public internal(set) var cancelled: UInt64 = 0
    /// Quick reads under way on shared connections.
    public internal(set) var quickReads = 0
    /// Sessions under way on shared connections, except slow ones.
    public internal(set) var sessions = 0
    /// What holds a shared connection for long.
    public internal(set) var slow = 0
    /// Transactions under way on connections of a tenant's own.
    public internal(set) var dedicated = 0
    /// Transactions that wait.
    public internal(set) var waiting = 0
    /// Tenants with anything under way or waiting.
    public internal(set) var tenants = 0
    private var ranking: [TenantID: TenantWaits] = [:]

    /// How many tenants are remembered one by one.
    ///
    /// Beyond, the one with the least to tell makes room, so that memory does not grow with the number of tenants.
    public static let remembered = 64

    init() {}

    /// The tenants that waited or were refused most, the worst first; at most ``remembered``.
    public var top: [TenantWaits] {
        self.ranking.values.sorted {
            ($0.events, $0.tenant.description) > ($1.events, $1.tenant.description)
        }
    }

    mutating func waited(_ tenant: TenantID, _ duration: Duration) {
        self.waits += 1
        self.waited += duration
        self.longestWait = max(self.longestWait, duration)
        self.change(tenant) {
            $0.waits += 1
            $0.waited += duration
        }
    }

    mutating func refused(_ tenant: TenantID) {
        self.refusals += 1
        self.change(tenant) { $0.refusals += 1 }
    }

    mutating func expired(_ tenant: TenantID) {
        self.expirations += 1
        self.change(tenant) { $0.expirations += 1 }
    }

    private mutating func change(_ tenant: TenantID, _ body: (inout TenantWaits) -> Void) {
        if self.ranking[tenant] == nil, self.ranking.count >= Self.remembered,
            let least = self.ranking.values.min(by: { $0.events < $1.events })
        {
            self.ranking[least.tenant] = nil
        }
        body(&self.ranking[tenant, default: TenantWaits(tenant: tenant)])
    }
}

extension TurnMachine {
    /// The figures with what is under way at the moment.
    var currentFigures: TurnFigures {
        var figures = self.figures
        figures.quickReads = self.counts[TurnLine.quickRead.rawValue]
        figures.sessions = self.counts[TurnLine.session.rawValue]
        figures.slow = self.counts[TurnLine.slow.rawValue]
        figures.dedicated = self.counts[TurnLine.dedicated.rawValue]
        figures.waiting = self.waiting.count
        figures.tenants = self.places.count
        return figures
    }
}
