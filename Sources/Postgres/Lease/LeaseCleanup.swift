/// What has to be done with a connection before others may use it again: a decision without a network.
struct LeaseCleanup {
    enum Action: Equatable {
        case rollBack
        case discard
        case giveBack
        case close
    }

    /// Whether settings, temporary tables and locks of the session are thrown away (`DISCARD ALL`).
    let discards: Bool
    private var hasRolledBack = false
    private var hasDiscarded = false

    init(discards: Bool) {
        self.discards = discards
    }

    /// The next step, when nothing is in flight.
    ///
    /// What does not become idle is closed.
    mutating func next(_ status: SessionStatus) -> Action {
        switch status {
        case .inTransaction, .inFailedTransaction:
            if self.hasRolledBack { return .close }
            self.hasRolledBack = true
            return .rollBack
        case .idle:
            if !self.discards { return .giveBack }
            if self.hasDiscarded { return .giveBack }
            self.hasDiscarded = true
            return .discard
        case .unknown: return .close
        }
    }
}
