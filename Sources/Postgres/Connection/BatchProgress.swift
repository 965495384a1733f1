/// How far the answers to one batch have come, and what to make of them: a decision without a network.
///
/// Answers arrive in the order of the steps. A step of a statement gets one answer; `boundary` and `end` are the answers
/// to a Sync. An explicit batch is `begin, statements, boundary, commit, end`: because of the boundary the server reaches
/// COMMIT even when a statement failed, and then answers it with ROLLBACK.
struct BatchProgress {
    enum Step: Equatable {
        case begin
        case parse
        case statement
        case commit
        case boundary
        case end
    }

    /// Whether others may be queued behind the batch on the same connection.
    enum Place: Equatable {
        case shared
        case leased
    }

    enum Verdict {
        case acknowledged
        case failed(PostgresError)
        /// The plan was stale or unknown and the server undid everything: send it again.
        case stale(PostgresError)
        /// The connection must be closed, and what was queued behind has failed.
        case leftOpen(PostgresError)
    }

    let place: Place
    let isExplicit: Bool
    private(set) var failure: PostgresError?
    /// Whether a statement left something behind in the session.
    private(set) var changesSession = false
    private var isStale = false
    private var hasOpened = false
    private var hasEnded = false
    private var isCommitted = false

    init(place: Place, isExplicit: Bool) {
        self.place = place
        self.isExplicit = isExplicit
    }

    /// A statement was carried out.
    mutating func answered(_ step: Step, tag: String) {
        switch step {
        case .parse, .boundary, .end: break
        case .begin: break
        case .commit: self.isCommitted = tag == "COMMIT"
        case .statement:
            if SessionChange.isNamed(by: tag) { self.changesSession = true }
            switch TransactionControl(tag: tag) {
            case .none: break
            case .opens: self.hasOpened = true
            case .ends: self.hasEnded = true
            }
        }
    }

    /// A statement, or the Sync itself, failed.
    ///
    /// Only the first failure counts.
    mutating func failed(_ step: Step, _ error: PostgresError, isStale: Bool) {
        guard self.failure == nil else { return }
        let isFatal = error.server?.severity == "FATAL" || error.server?.severity == "PANIC"
        let mayBeCommitted = isFatal && (step == .end || step == .commit)
        self.failure = error.with(outcome: mayBeCommitted || self.hasEnded ? .unknown : .rolledBack)
        self.isStale = isStale && !self.hasEnded && !self.hasOpened
    }

    /// The end of the batch was reached.
    ///
    /// `status` is nil if libpq cannot tell because others are in flight.
    func verdict(status: SessionStatus?) -> Verdict {
        guard self.place == .shared else {
            if let failure = self.failure { return self.isStale ? .stale(failure) : .failed(failure) }
            return .acknowledged
        }
        if self.hasOpened || (status != nil && status != .idle) {
            return .leftOpen(.transactionLeftOpen(self.hasEnded || self.isExplicit ? .unknown : .rolledBack))
        }
        if let failure = self.failure { return self.isStale ? .stale(failure) : .failed(failure) }
        if self.hasEnded { return .failed(.transactionLeftOpen(.unknown)) }
        if self.isExplicit && !self.isCommitted { return .failed(.transactionRolledBack) }
        return .acknowledged
    }
}
