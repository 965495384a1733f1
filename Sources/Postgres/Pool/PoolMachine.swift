/// What the pool needs to know of a waiting batch.
protocol PooledRequest {
    var id: RequestID { get }
    var planScope: String? { get }
    var deadline: ContinuousClock.Instant { get }
}

/// What the pool needs to know of a task that waits for a connection of its own.
protocol LeaseWaiter {
    var id: RequestID { get }
    var deadline: ContinuousClock.Instant { get }
}

/// Which connection gets which batch or lease, when another one is opened and when one is closed: a decision without a
/// network.
///
/// Events go in through methods; what to do comes out of ``next(_:)``, one action at a time.
struct PoolMachine<Request: PooledRequest, Lease: LeaseWaiter> {
    enum Action {
        case send(Request, ConnectionID)
        case grant(Lease, ConnectionID)
        case connect(ConnectionID)
        case close(ConnectionID)
    }

    let limits: PoolLimits
    var slots: [PoolSlot]
    var queue = FIFO<Request>()
    var leaseQueue = FIFO<Lease>()
    var backoff = ReconnectBackoff()
    /// No further work is accepted, and connections are closed when they are idle.
    private(set) var isShuttingDown = false
    private var affinity: [String: ConnectionID] = [:]
    /// A batch had to share although the pool could grow.
    private var wantsToGrow = false
    /// Whether anything happened that could make ``next(_:)`` find a connection to close.
    private var mayClose = false

    init(limits: PoolLimits) {
        self.limits = limits
        self.slots = Array(repeating: PoolSlot(), count: max(1, limits.connections))
    }

    // MARK: Work

    /// Queues a batch; false if the queue is full.
    mutating func enqueue(_ request: Request) -> Bool {
        guard self.queue.count < self.limits.queued else { return false }
        self.queue.append(request)
        return true
    }

    /// Queues a batch that was sent before, or given back, in front of all others.
    mutating func requeue(_ request: Request) {
        self.queue.prepend(request)
    }

    mutating func enqueue(lease: Lease) -> Bool {
        guard self.leaseQueue.count < self.limits.queued else { return false }
        self.leaseQueue.append(lease)
        return true
    }

    /// The next thing to do; nil if there is nothing until the next event.
    mutating func next(_ now: ContinuousClock.Instant) -> Action? {
        if self.isShuttingDown { self.drainAll() }
        if self.mayClose, let action = self.closeOne() { return action }
        if !self.leaseQueue.isEmpty, let action = self.grantOne() { return action }
        if let action = self.sendOne(now) { return action }
        return self.connectOne(now)
    }

    private mutating func closeOne() -> Action? {
        guard let slot = self.slots.firstIndex(where: { $0.machine?.isReadyToClose ?? false }) else {
            self.mayClose = false
            return nil
        }
        let id = self.identifier(slot)
        self.vacate(slot)
        return .close(id)
    }

    private mutating func sendOne(_ now: ContinuousClock.Instant) -> Action? {
        guard let request = self.queue.first, let slot = self.choose(for: request, now) else { return nil }
        _ = self.queue.popFirst()
        if self.slots[slot].machine?.inFlight ?? 0 > 0 { self.wantsToGrow = true }
        self.slots[slot].machine?.batchSent(now)
        let id = self.identifier(slot)
        if let scope = request.planScope { self.settle(scope, on: id) }
        return .send(request, id)
    }

    /// The home of the scope, unless others can begin sooner; else the connection with the least to do.
    private func choose(for request: Request, _ now: ContinuousClock.Instant) -> Int? {
        var best: Int?
        var least = Int.max
        for slot in self.slots.indices {
            guard let machine = self.slots[slot].machine, machine.inFlight < least, self.canTake(machine, now) else {
                continue
            }
            best = slot
            least = machine.inFlight
            if least == 0 { break }
        }
        guard best != nil, let scope = request.planScope, let home = self.affinity[scope],
            let machine = self.machine(home), self.canTake(machine, now)
        else { return best }
        let depth = least == 0 ? self.limits.affinityDepthBesideIdle : self.limits.affinityDepth
        return machine.inFlight < depth ? home.slot : best
    }

    private func canTake(_ machine: ConnectionMachine, _ now: ContinuousClock.Instant) -> Bool {
        machine.canTakeBatch(now, depth: self.limits.inFlight, headOfLineLimit: self.limits.headOfLine)
    }

    /// A scope keeps its home for as long as the connection lives: if it moved with every batch that had to go elsewhere,
    /// every connection would in the end know the plans of every scope.
    private mutating func settle(_ scope: String, on id: ConnectionID) {
        if let home = self.affinity[scope], self.machine(home) != nil { return }
        if self.affinity.count >= 8192 { self.affinity.removeAll(keepingCapacity: true) }
        self.affinity[scope] = id
    }

    // MARK: Leases

    private mutating func grantOne() -> Action? {
        let leased = self.slots.count { $0.machine?.phase == .leased }
        guard leased < self.limits.leased, let lease = self.leaseQueue.first else { return nil }
        if let slot = self.slots.firstIndex(where: { $0.machine?.isReadyToLease ?? false }) {
            _ = self.leaseQueue.popFirst()
            self.slots[slot].machine?.leased()
            return .grant(lease, self.identifier(slot))
        }
        let draining = self.slots.count { $0.machine?.phase == .draining(.lease) }
        if draining < min(self.leaseQueue.count, self.limits.leased - leased) { self.drainOneForLease() }
        return nil
    }

    /// Without this a lease would wait for ever while batches keep every connection busy.
    private mutating func drainOneForLease() {
        let candidates = self.slots.indices.filter { self.slots[$0].machine?.phase == .shared }
        let least = candidates.min {
            (self.slots[$0].machine?.inFlight ?? 0) < (self.slots[$1].machine?.inFlight ?? 0)
        }
        if let least { self.slots[least].machine?.drain(for: .lease) }
    }

    mutating func leaseReturned(_ id: ConnectionID, _ now: ContinuousClock.Instant) {
        guard self.machine(id) != nil else { return }
        self.slots[id.slot].machine?.leaseReturned(now)
        self.retireIfWorn(id.slot, now)
        self.mayClose = true
    }

    /// Gives drained connections back to batches when no lease waits for them.
    private mutating func stopDrainingIfUnwanted() {
        guard self.leaseQueue.isEmpty else { return }
        for slot in self.slots.indices { self.slots[slot].machine?.stopDraining() }
    }

    // MARK: Connections

    private mutating func connectOne(_ now: ContinuousClock.Instant) -> Action? {
        guard self.backoff.allows(now), let slot = self.slots.firstIndex(where: { $0.machine == nil }) else {
            return nil
        }
        let connecting = self.slots.count { $0.machine?.phase == .connecting }
        let leased = self.slots.count { $0.machine?.phase == .leased }
        let leases = min(self.leaseQueue.count, self.limits.leased - leased)
        let isGrowing = self.wantsToGrow && !self.isShuttingDown
        guard connecting < max(self.queue.count + leases, isGrowing ? 1 : 0) else { return nil }
        self.wantsToGrow = false
        self.slots[slot].generation &+= 1
        self.slots[slot].machine = ConnectionMachine(now: now)
        return .connect(self.identifier(slot))
    }

    /// `random` is between 0 and 1.
    mutating func connected(_ id: ConnectionID, _ now: ContinuousClock.Instant, random: Double) {
        guard self.machine(id) != nil else { return }
        self.slots[id.slot].machine?.opened(now)
        self.slots[id.slot].lifetimeFactor = 1 - random / 10
        self.backoff.succeeded()
    }

    mutating func connectFailed(_ id: ConnectionID, _ now: ContinuousClock.Instant, random: Double) {
        guard self.machine(id) != nil else { return }
        self.vacate(id.slot)
        self.backoff.failed(now, random: random)
    }

    mutating func lost(_ id: ConnectionID) {
        guard self.machine(id) != nil else { return }
        self.vacate(id.slot)
    }

    /// A message of the client's own went out on a shared connection.
    mutating func housekeepingSent(_ id: ConnectionID, _ now: ContinuousClock.Instant) {
        self.slots[id.slot].machine?.batchSent(now)
    }

    mutating func tailIsUnmeasured(_ id: ConnectionID) {
        self.slots[id.slot].machine?.tailIsUnmeasured()
    }

    mutating func setBlocked(_ id: ConnectionID, _ isBlocked: Bool) {
        guard self.machine(id) != nil else { return }
        self.slots[id.slot].machine?.isBlocked = isBlocked
    }

    /// Returns how long the batch was the next one to be answered.
    mutating func batchFinished(_ id: ConnectionID, _ now: ContinuousClock.Instant) -> Duration {
        guard let duration = self.slots[id.slot].machine?.batchFinished(now) else { return .zero }
        self.retireIfWorn(id.slot, now)
        return duration
    }

    /// Lets a connection end: because of a setting that changed.
    mutating func retire(_ id: ConnectionID) {
        guard self.machine(id) != nil else { return }
        self.slots[id.slot].machine?.drain(for: .close)
        self.mayClose = true
    }

    private mutating func retireIfWorn(_ slot: Int, _ now: ContinuousClock.Instant) {
        guard let machine = self.slots[slot].machine else { return }
        let factor = self.slots[slot].lifetimeFactor
        let isWorn =
            Double(machine.uses) >= Double(self.limits.uses) * factor
            || now - machine.openedAt >= self.limits.age * factor
        if isWorn { self.slots[slot].machine?.drain(for: .close) }
        if machine.phase != .shared || isWorn { self.mayClose = true }
    }

    private mutating func vacate(_ slot: Int) {
        self.slots[slot].machine = nil
    }

    // MARK: Time

    /// Removes and returns what waited too long.
    mutating func expire(_ now: ContinuousClock.Instant) -> (requests: [Request], leases: [Lease]) {
        let requests = self.queue.removeAll { $0.deadline <= now }
        let leases = self.leaseQueue.removeAll { $0.deadline <= now }
        if !leases.isEmpty { self.stopDrainingIfUnwanted() }
        return (requests, leases)
    }

    mutating func cancelRequest(_ id: RequestID) -> Request? {
        self.queue.removeAll { $0.id == id }.first
    }

    mutating func cancelLease(_ id: RequestID) -> Lease? {
        let lease = self.leaseQueue.removeAll { $0.id == id }.first
        if lease != nil { self.stopDrainingIfUnwanted() }
        return lease
    }

    /// Lets idle connections end that are old or were not used for long.
    mutating func retireIdle(_ now: ContinuousClock.Instant) {
        for slot in self.slots.indices {
            guard let machine = self.slots[slot].machine, machine.isIdle else { continue }
            let lifetime = self.limits.age * self.slots[slot].lifetimeFactor
            if now - machine.idleSince >= self.limits.idle || now - machine.openedAt >= lifetime {
                self.slots[slot].machine?.drain(for: .close)
                self.mayClose = true
            }
        }
    }

    // MARK: The end

    /// Lets queued and running work finish, and closes connections that have nothing to do.
    mutating func shutDown() {
        self.isShuttingDown = true
    }

    private mutating func drainAll() {
        guard self.queue.isEmpty && self.leaseQueue.isEmpty else { return }
        for slot in self.slots.indices { self.slots[slot].machine?.drain(for: .close) }
        self.mayClose = true
    }

    /// Whether nothing is left to be done after ``shutDown()``.
    var isFinished: Bool {
        self.isShuttingDown && self.queue.isEmpty && self.leaseQueue.isEmpty
            && self.slots.allSatisfy { $0.machine == nil || $0.machine?.phase == .connecting }
    }

    // MARK: Looking

    func machine(_ id: ConnectionID) -> ConnectionMachine? {
        let slot = self.slots[id.slot]
        return slot.generation == id.generation ? slot.machine : nil
    }

    func identifier(_ slot: Int) -> ConnectionID {
        ConnectionID(slot: slot, generation: self.slots[slot].generation)
    }
}
