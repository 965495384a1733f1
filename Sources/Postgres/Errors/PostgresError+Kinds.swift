extension PostgresError {
    static func deadlineExceeded(_ outcome: Outcome, cause: (any Error)? = nil) -> PostgresError {
        PostgresError(
            .deadlineExceeded, "The database did not answer before the deadline.", outcome: outcome, cause: cause)
    }

    static func cancelled(_ outcome: Outcome) -> PostgresError {
        PostgresError(.cancelled, "The task that waited for the database was cancelled.", outcome: outcome)
    }

    static let overloaded = PostgresError(
        .overloaded, "Too many requests wait for the database; try again later.", outcome: .notSent)

    static let shutDown = PostgresError(.shutDown, "The database client is shutting down.", outcome: .notSent)

    static func connectionLost(_ outcome: Outcome, _ detail: String?, cause: (any Error)? = nil) -> PostgresError {
        PostgresError(
            .connectionLost, "The connection to the database broke.", outcome: outcome, cause: cause,
            internalDetail: detail)
    }

    static func connectionFailed(_ detail: String, sqlState: SQLState?) -> PostgresError {
        PostgresError(
            .connectionFailed, "No connection to the database could be opened.", sqlState: sqlState, outcome: .notSent,
            internalDetail: detail)
    }

    static let invalidConfiguration = PostgresError(
        .invalidConfiguration, "The connection string of the database is malformed.", outcome: .notSent)

    static func transactionLeftOpen(_ outcome: Outcome) -> PostgresError {
        PostgresError(
            .transactionLeftOpen, "A statement of the batch controlled the transaction; the batch is not acknowledged.",
            outcome: outcome)
    }

    /// For a batch that was queued behind one that left its transaction open.
    static func behindOpenTransaction(_ outcome: Outcome) -> PostgresError {
        PostgresError(
            .transactionLeftOpen, "The connection was closed because another batch left a transaction open on it.",
            outcome: outcome)
    }

    static let transactionRolledBack = PostgresError(
        .transactionRolledBack, "The database rolled the transaction back instead of committing it.",
        outcome: .rolledBack)

    static func unsupported(_ message: String, outcome: Outcome = .notSent) -> PostgresError {
        PostgresError(.unsupported, message, outcome: outcome)
    }

    static func protocolViolation(_ detail: String) -> PostgresError {
        PostgresError(
            .protocolViolation, "The database answered something unexpected.", outcome: .unknown, internalDetail: detail
        )
    }

    static func encoding(_ message: String, cause: (any Error)? = nil) -> PostgresError {
        PostgresError(.encoding, message, outcome: .notSent, cause: cause)
    }

    /// Names the column and the expected type, never the value.
    static func decoding(column: String, expected: String, found: String) -> PostgresError {
        PostgresError(
            .decoding, "A column does not hold the expected type.", outcome: .unknown,
            internalDetail: "column \"\(column)\": expected \(expected), found \(found)")
    }
}
