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

/// The state of a session between two messages: what ReadyForQuery says.
enum SessionStatus: Equatable {
    case idle
    case inTransaction
    case inFailedTransaction
    case unknown
}
