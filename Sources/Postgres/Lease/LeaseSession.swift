/// A connection while it is lent.
///
/// Belongs to the I/O thread.
final class LeaseSession {
    /// One thing the borrower wants done; they are done one at a time.
    enum Operation {
        case batch(BatchRequest, attempt: Int)
        case copy(sql: String)
        case copyIn(CopyIntake)

        var isCopy: Bool {
            switch self {
            case .copy, .copyIn: true
            case .batch: false
            }
        }
    }

    let id: LeaseID
    let connection: Connection
    let deadline: ContinuousClock.Instant
    var waiting = FIFO<Operation>()
    var transfer: CopyTransfer?
    var intake: CopyIntake?
    /// A cancel request is under way.
    ///
    /// Until it has arrived nothing else may be sent, which it could hit instead.
    var isCancelling = false
    /// When to ask again: a request that arrives before the statement does is lost on the server.
    var cancelAgainAt: ContinuousClock.Instant?
    /// A statement of the body ended the transaction: what follows would run outside of any.
    var isTransactionOver = false
    /// A statement left something behind in the session.
    var hasChangedSession = false
    var release: LeaseRelease?
    var cleanup = LeaseCleanup(discards: false)
    /// When the connection is given up if it has not become idle.
    var giveUpAt: ContinuousClock.Instant?
    var rollbackError: PostgresError?

    init(id: LeaseID, connection: Connection, deadline: ContinuousClock.Instant) {
        self.id = id
        self.connection = connection
        self.deadline = deadline
    }

    /// Whether the server is at work for the borrower.
    var isBusy: Bool {
        !self.connection.inFlight.isEmpty || self.connection.copy != nil || self.connection.intake != nil
    }

    func finish(_ error: PostgresError?) {
        self.release?.waiter?.resume(returning: error)
        self.release?.waiter = nil
    }
}
