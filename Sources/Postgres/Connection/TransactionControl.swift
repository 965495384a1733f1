/// What a command tag says about the transaction.
///
/// While other batches are in flight libpq cannot tell the state that a ReadyForQuery reported (PQtransactionStatus says
/// "active"). But PostgreSQL opens a transaction block for nothing but these statements - not for functions, DO or
/// EXECUTE - and names each in the tag of its CommandComplete, so tags say the same, statement by statement.
enum TransactionControl: Equatable {
    case none
    case opens
    case ends

    init(tag: String) {
        self =
            switch tag {
            case "BEGIN", "START TRANSACTION": .opens
            case "COMMIT", "ROLLBACK", "PREPARE TRANSACTION": .ends
            default: .none
            }
    }
}

/// What a command tag says about the session.
enum SessionChange {
    /// Whether a statement changed what outlives its transaction and what no setting reports: prepared statements,
    /// which the next batch may be about to execute by name, and subscriptions.
    ///
    /// On a shared connection that is either a mistake or an attack. (`SET` is not among them: its tag does not tell
    /// `SET LOCAL` apart. See ``SessionParameters``.)
    static func isNamed(by tag: String) -> Bool {
        switch tag {
        case "PREPARE", "DEALLOCATE", "DEALLOCATE ALL", "DISCARD ALL", "DISCARD PLANS", "DISCARD TEMP", "LISTEN",
            "UNLISTEN", "LOAD":
            true
        default: false
        }
    }
}

/// The state of a session between two messages: what ReadyForQuery says.
enum SessionStatus: Equatable {
    case idle
    case inTransaction
    case inFailedTransaction
    case unknown
}
