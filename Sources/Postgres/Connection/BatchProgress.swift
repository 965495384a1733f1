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

    /// Where a batch runs, and so what it may do to the transaction.
    enum Place: Equatable {
        /// Others may be queued behind it: it must leave the server idle.
        case shared
        /// Inside of a transaction of a borrower: it must not end it.
        case transaction
        /// On a connection lent to a borrower, who may do anything.
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
    private var hasCommitted = false

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
            case .ends:
                self.hasEnded = true
                if tag != "ROLLBACK" { self.hasCommitted = true }
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
        switch self.place {
        case .shared: self.sharedVerdict(status)
        case .leased: self.failedVerdict ?? .acknowledged
        case .transaction:
            // ROLLBACK TO SAVEPOINT has the tag of ROLLBACK, and leaves the transaction open.
            if self.hasCommitted || (self.hasEnded && status == .idle) {
                .failed(.transactionLeftOpen(.unknown))
            } else {
                self.failedVerdict ?? .acknowledged
            }
        }
    }

    private var failedVerdict: Verdict? {
        self.failure.map { self.isStale ? .stale($0) : .failed($0) }
    }

    private func sharedVerdict(_ status: SessionStatus?) -> Verdict {
        if self.hasOpened || (status != nil && status != .idle) {
            return .leftOpen(.transactionLeftOpen(self.hasEnded || self.isExplicit ? .unknown : .rolledBack))
        }
        if let verdict = self.failedVerdict { return verdict }
        if self.hasEnded { return .failed(.transactionLeftOpen(.unknown)) }
        if self.isExplicit && !self.isCommitted { return .failed(.transactionRolledBack) }
        return .acknowledged
    }
}
