/// What one connection of the pool is doing: a decision without a network.
///
/// `connecting -> shared -> (draining -> leased -> shared)* -> closed`. Batches are sent to shared connections only. A
/// connection that drains takes no further batch; when its last one is answered it is leased or closed.
struct ConnectionMachine {
    enum Purpose: Equatable {
        /// For the lease that waits longest.
        case lease
        /// Because of age, use, a changed setting or the end of the client.
        case close
    }

    enum Phase: Equatable {
        case connecting
        case shared
        case draining(Purpose)
        case leased
        case closed
    }

    private(set) var phase: Phase = .connecting
    private(set) var inFlight = 0
    private(set) var uses = 0
    /// When the batch whose answer comes next became the next one.
    private(set) var headSince: ContinuousClock.Instant
    /// When the connection was last put to use.
    private(set) var idleSince: ContinuousClock.Instant
    private(set) var openedAt: ContinuousClock.Instant
    /// Whether the last batch is of unknown cost: nothing may be queued behind it.
    private(set) var isTailUnmeasured = false
    /// Whether the socket does not take more bytes at the moment.
    var isBlocked = false
    /// Whether the connection has to be closed when its lease ends.
    private var isRetiring = false

    init(now: ContinuousClock.Instant) {
        self.headSince = now
        self.idleSince = now
        self.openedAt = now
    }

    var isIdle: Bool { self.phase == .shared && self.inFlight == 0 }
    var isReadyToClose: Bool { self.phase == .draining(.close) && self.inFlight == 0 }
    var isReadyToLease: Bool { (self.phase == .draining(.lease) || self.phase == .shared) && self.inFlight == 0 }

    /// Whether a batch may be sent now: not behind one that is slow, nor behind one of unknown cost.
    func canTakeBatch(_ now: ContinuousClock.Instant, depth: Int, headOfLineLimit: Duration) -> Bool {
        guard self.phase == .shared, !self.isBlocked else { return false }
        if self.inFlight == 0 { return true }
        return self.inFlight < depth && !self.isTailUnmeasured && now - self.headSince <= headOfLineLimit
    }

    mutating func opened(_ now: ContinuousClock.Instant) {
        guard self.phase == .connecting else { return }
        self.phase = .shared
        self.openedAt = now
        self.idleSince = now
    }

    mutating func batchSent(_ now: ContinuousClock.Instant) {
        if self.inFlight == 0 { self.headSince = now }
        self.inFlight += 1
        self.uses += 1
    }

    mutating func tailIsUnmeasured() {
        self.isTailUnmeasured = self.inFlight > 0
    }

    /// Returns how long the batch was the next one to be answered.
    mutating func batchFinished(_ now: ContinuousClock.Instant) -> Duration {
        let duration = now - self.headSince
        self.headSince = now
        if self.inFlight > 0 { self.inFlight -= 1 }
        if self.inFlight == 0 {
            self.isTailUnmeasured = false
            self.idleSince = now
        }
        return duration
    }

    mutating func drain(for purpose: Purpose) {
        switch self.phase {
        case .shared, .draining(.lease): self.phase = .draining(purpose)
        case .leased: self.isRetiring = self.isRetiring || purpose == .close
        case .connecting, .draining(.close), .closed: break
        }
    }

    /// Gives a connection back that drained for a lease nobody waits for any more.
    mutating func stopDraining() {
        if self.phase == .draining(.lease) { self.phase = .shared }
    }

    mutating func leased() {
        guard self.isReadyToLease else { return }
        self.phase = .leased
        self.uses += 1
    }

    mutating func leaseReturned(_ now: ContinuousClock.Instant) {
        guard self.phase == .leased else { return }
        self.phase = self.isRetiring ? .draining(.close) : .shared
        self.idleSince = now
        self.inFlight = 0
        self.isTailUnmeasured = false
    }

    mutating func closed() {
        self.phase = .closed
        self.inFlight = 0
    }
}
