import Tenancy

@testable import TenancyPostgres

/// A queue without a network: transactions have numbers, tenants too, and time passes when a test says so.
struct TurnTrial {
    enum Outcome: Hashable {
        case started(Int)
        case expired(Int)
    }

    var machine: TurnMachine<Int>
    private(set) var now = Moment(nanoseconds: 0)
    private var tickets: [Int: TurnTicket] = [:]
    private var ids: UInt64 = 0
    private var tenants: [Int: TurnKey] = [:]
    var limits = TurnLimits(tier: TierName("standard"), concurrency: 4, queued: 64)
    /// Other limits for some tenants.
    var own: [Int: TurnLimits] = [:]

    init(connections: Int = 8, depth: Int = 4) {
        self.machine = TurnMachine(
            capacity: TurnCapacity(connections: connections, leasable: connections - 1, depth: depth))
    }

    mutating func tenant(_ number: Int) -> TurnKey {
        if let known = self.tenants[number] { return known }
        let new = TurnKey(.random(), isDedicated: self.own[number]?.connections != nil)
        self.tenants[number] = new
        return new
    }

    /// A transaction of a tenant arrives; true if it started at once, nil if it was refused.
    mutating func arrive(
        _ number: Int, of tenant: Int, _ kind: TurnKind = .read, within: Moment.Span = .seconds(30)
    ) -> Bool? {
        let limits = self.own[tenant] ?? self.limits
        if let ticket = self.machine.start(self.tenant(tenant), kind, limits, self.now) {
            self.tickets[number] = ticket
            return true
        }
        self.ids += 1
        let isAccepted = self.machine.wait(
            self.ids, self.tenant(tenant), kind, limits, until: self.now + within, number, self.now)
        return isAccepted ? false : nil
    }

    /// What follows from the last event.
    mutating func outcomes() -> [Outcome] {
        var outcomes: [Outcome] = []
        while let action = self.machine.next(self.now) {
            switch action {
            case .start(let number, let ticket):
                self.tickets[number] = ticket
                outcomes.append(.started(number))
            case .expire(let number): outcomes.append(.expired(number))
            }
        }
        return outcomes
    }

    /// The numbers of the transactions that start when this one ends.
    mutating func finish(_ number: Int) -> [Int] {
        guard let ticket = self.tickets.removeValue(forKey: number) else { return [] }
        self.machine.finish(ticket, self.now)
        return self.outcomes().compactMap { if case .started(let number) = $0 { number } else { nil } }
    }

    mutating func pass(_ time: Moment.Span) { self.now = self.now + time }

    var lastID: UInt64 { self.ids }
    var isRunning: Set<Int> { Set(self.tickets.keys) }
}
