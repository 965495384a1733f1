public import Postgres
import Synchronization
import Tenancy

/// One pool a tenant, as its callers see it: so many transactions at one time, so many waiting, each until its deadline.
///
/// Underneath, tenants share the connections of one client, fairly; a tenant of a tier with dedicated connections has a
/// client of its own. A tenant that asks for nothing costs nothing. (docs/pools.md)
public final class TenantPools: Sendable {
    typealias Waiter = CheckedContinuation<TurnTicket, any Error>

    struct State: Sendable {
        var machine: TurnMachine<Waiter>
        /// The limits that the machine knows.
        var version: Int
        /// When the client's clock will ring.
        var alarm: Moment?
    }

    let shared: PostgresClient
    let limits: TierLimits
    private let dedicated: DedicatedPools?
    let state: Mutex<State>
    let ids = Atomic<UInt64>(0)

    /// Pools over the connections of `shared`.
    ///
    /// - Parameters:
    ///   - shared: logs in as `bulkhead_app`.
    ///   - limits: what each tier may.
    ///   - dedicated: has the clients of tenants with connections of their own; without it all share.
    public init(shared: PostgresClient, limits: TierLimits, dedicated: DedicatedPools? = nil) {
        self.shared = shared
        self.limits = limits
        self.dedicated = dedicated
        let configuration = shared.configuration
        let capacity = TurnCapacity(
            connections: configuration.maximumConnections, leasable: configuration.maximumLeasedConnections)
        self.state = Mutex(State(machine: TurnMachine(capacity: capacity), version: limits.version))
    }

    /// What tenants did with the connections, for monitoring.
    public var figures: TurnFigures { self.state.withLock { $0.machine.currentFigures } }

    /// Runs one transaction when it is the tenant's turn.
    ///
    /// - Parameters:
    ///   - deadline: when the answer is of no use any more; nil for the request's, or else the client's own.
    ///   - body: gets the client to use, the time by which it has to be done, and what has to be kept for as long as the
    ///     transaction takes something up: the turn ends with it.
    /// - Throws: ``DomainError/busy(retryAfterSeconds:)`` if too many of the tenant's transactions wait, or if the deadline
    ///   passes first; `CancellationError` if the waiting task is cancelled; what `body` throws.
    nonisolated func withTurn<Value>(
        _ kind: TurnKind, in access: TenantAccess, deadline: ContinuousClock.Instant? = nil,
        _ body: (PostgresClient, ContinuousClock.Instant, TurnHold) async throws -> sending Value
    ) async throws -> sending Value {
        let deadline = deadline ?? access.deadline ?? .now + self.shared.configuration.defaultDeadline
        let limits = self.limits.turns(of: access.tier)
        let own = self.dedicated?.borrow(access.tenant, limits)
        defer { if let own { self.dedicated?.giveBack(own) } }
        let key = TurnKey(access.tenant, isDedicated: own != nil)
        let ticket: TurnTicket
        if let started = self.start(key, kind, limits) {
            ticket = started
        } else {
            ticket = try await self.wait(key, kind, limits, until: deadline)
        }
        let hold = TurnHold(pools: self, ticket: ticket)
        do {
            let value = try await body(own?.client ?? self.shared, deadline, hold)
            hold.end()
            return value
        } catch {
            // A connection of its own has been waited for; of a batch nobody knows.
            if kind == .session { hold.end() }
            throw error
        }
    }

    /// The way that costs nothing but a lock held for a moment: nobody waits.
    private func start(
        _ tenant: TurnKey, _ kind: TurnKind, _ limits: TurnLimits
    ) -> TurnTicket? {
        let now = Moment.now
        return self.state.withLock { $0.machine.start(tenant, kind, limits, now) }
    }

    fileprivate func finish(_ ticket: TurnTicket) {
        let now = Moment.now
        let version = self.limits.version
        let actions = self.state.withLock { state in
            state.machine.finish(ticket, now)
            if state.version != version { self.takeOverLimits(version, &state) }
            return state.machine.actions(now)
        }
        Self.carryOut(actions)
    }
}

/// A tenant's turn, which ends when nobody keeps it any more.
///
/// A caller that has given up, since its deadline has passed or its task was cancelled, may leave a statement behind that
/// the server still works on. Were the turn over with the caller, its tenant could fill all connections with such
/// statements; so the batch keeps it until it is answered or its connection is closed.
final class TurnHold: Sendable {
    private let pools: TenantPools
    private let ticket: TurnTicket
    private let hasEnded = Atomic<Bool>(false)

    init(pools: TenantPools, ticket: TurnTicket) {
        self.pools = pools
        self.ticket = ticket
    }

    deinit { self.end() }

    /// Ends it now, once: nothing is left behind.
    func end() {
        let isFirst = self.hasEnded.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing)
        if isFirst.exchanged { self.pools.finish(self.ticket) }
    }
}
