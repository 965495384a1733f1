/// What went wrong, said twice: safely in ``description``, in full in ``debugDescription``.
///
/// ``description`` holds no SQL, no value, no name of the schema and no part of the connection string, because one day
/// somebody will put an error into a response.
public struct PostgresError: Error, Sendable {
    /// The kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case connectionFailed, connectionLost, serverError, deadlineExceeded, cancelled, overloaded, shutDown
            case transactionLeftOpen, transactionRolledBack, rollbackFailed, decoding, encoding, unsupported
            case protocolViolation, invalidConfiguration
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The name of the code.
        public var description: String { self.kind.rawValue }

        /// No connection could be opened: wrong address, credentials or database.
        public static let connectionFailed = Code(.connectionFailed)
        /// The connection broke while the work was under way.
        public static let connectionLost = Code(.connectionLost)
        /// The server refused a statement; see ``PostgresError/sqlState``.
        public static let serverError = Code(.serverError)
        /// The deadline passed before the answer came.
        public static let deadlineExceeded = Code(.deadlineExceeded)
        /// The waiting task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The bounded queue of the pool is full.
        public static let overloaded = Code(.overloaded)
        /// The client is shutting down or has ended.
        public static let shutDown = Code(.shutDown)
        /// A statement of a batch controlled the transaction itself (`BEGIN`, `COMMIT`, ...), or the server was not
        /// idle after the batch.
        ///
        /// Nothing of such a batch is acknowledged.
        public static let transactionLeftOpen = Code(.transactionLeftOpen)
        /// COMMIT was answered by ROLLBACK.
        public static let transactionRolledBack = Code(.transactionRolledBack)
        /// The body of a transaction failed (``PostgresError/cause``) and so did the rollback.
        public static let rollbackFailed = Code(.rollbackFailed)
        /// A value or NULL is not of the type that was asked for.
        public static let decoding = Code(.decoding)
        /// A value cannot be sent: it holds a NUL character, or its encoder threw.
        public static let encoding = Code(.encoding)
        /// The request is not possible in this place, such as COPY in a batch.
        public static let unsupported = Code(.unsupported)
        /// The connection string cannot be understood.
        ///
        /// What is wrong with it is not said, since it holds the password.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The server or libpq answered something that does not fit the request.
        public static let protocolViolation = Code(.protocolViolation)
    }

    /// What is known about the effects of the failed work.
    public enum Outcome: Sendable, Hashable {
        /// It never reached the server.
        case notSent
        /// The server undid it.
        case rolledBack
        /// It may have been committed.
        case unknown
    }

    /// The part of an interactive transaction that failed.
    public enum TransactionStage: String, Sendable, Hashable {
        case begin, body, commit, rollback
    }

    /// What the server said, field by field (PostgreSQL manual, section 55.8).
    public struct ServerDetails: Sendable, Hashable {
        /// `ERROR`, `FATAL` or `PANIC`.
        public var severity: String?
        /// The primary message.
        ///
        /// May hold values: for logs of operators only.
        public var message: String?
        /// The detail line.
        ///
        /// May hold values.
        public var detail: String?
        /// The hint.
        public var hint: String?
        /// The schema concerned.
        public var schema: String?
        /// The table concerned.
        public var table: String?
        /// The column concerned.
        public var column: String?
        /// The constraint concerned.
        public var constraint: String?

        init() {}
    }

    /// An error is passed around more often than it is read, so it is one pointer wide.
    private final class Storage: Sendable {
        let code: Code
        let message: String
        let sqlState: SQLState?
        let server: ServerDetails?
        let outcome: Outcome
        let stage: TransactionStage?
        let cause: (any Error)?
        let rollbackCause: (any Error)?
        let internalDetail: String?

        init(
            code: Code, message: String, sqlState: SQLState?, server: ServerDetails?, outcome: Outcome,
            stage: TransactionStage?, cause: (any Error)?, rollbackCause: (any Error)?, internalDetail: String?
        ) {
            self.code = code
            self.message = message
            self.sqlState = sqlState
            self.server = server
            self.outcome = outcome
            self.stage = stage
            self.cause = cause
            self.rollbackCause = rollbackCause
            self.internalDetail = internalDetail
        }
    }

    private var storage: Storage

    init(
        _ code: Code, _ message: String, sqlState: SQLState? = nil, server: ServerDetails? = nil,
        outcome: Outcome, stage: TransactionStage? = nil, cause: (any Error)? = nil,
        rollbackCause: (any Error)? = nil, internalDetail: String? = nil
    ) {
        self.storage = Storage(
            code: code, message: message, sqlState: sqlState, server: server, outcome: outcome, stage: stage,
            cause: cause, rollbackCause: rollbackCause, internalDetail: internalDetail)
    }

    /// The kind of failure.
    public var code: Code { self.storage.code }
    /// One sentence that is safe for a stranger.
    public var message: String { self.storage.message }
    /// The server's condition code, if the server spoke.
    public var sqlState: SQLState? { self.storage.sqlState }
    /// The server's words, if it spoke.
    ///
    /// May hold values of rows.
    public var server: ServerDetails? { self.storage.server }
    /// The violated constraint, if the server named one.
    public var constraint: String? { self.storage.server?.constraint }
    /// The table concerned, if the server named one.
    public var table: String? { self.storage.server?.table }
    /// The column concerned, if the server named one.
    public var column: String? { self.storage.server?.column }
    /// What is known about the effects of the work.
    public var outcome: Outcome { self.storage.outcome }
    /// The part of an interactive transaction that failed; nil outside of one, and for statements of its body.
    public var transactionStage: TransactionStage? { self.storage.stage }
    /// The error behind this one.
    public var cause: (any Error)? { self.storage.cause }
    /// Why the rollback failed too, for ``Code/rollbackFailed``.
    public var rollbackCause: (any Error)? { self.storage.rollbackCause }
    var internalDetail: String? { self.storage.internalDetail }

    /// Whether the same work may be tried again: nothing of it was done, and the reason can pass.
    public var isRetryable: Bool {
        guard self.outcome != .unknown else { return false }
        switch self.code {
        case .overloaded, .connectionLost, .connectionFailed: return true
        case .serverError: return self.sqlState.map(Self.isTransient) ?? false
        default: return false
        }
    }

    private static func isTransient(_ state: SQLState) -> Bool {
        switch state {
        case .serializationFailure, .deadlockDetected, .lockNotAvailable, .undefinedPreparedStatement: true
        default: ["08", "53", "57"].contains(state.conditionClass) && state != .queryCanceled
        }
    }

    func at(_ stage: TransactionStage) -> PostgresError {
        self.replacing(outcome: self.outcome, stage: stage)
    }

    func with(outcome: Outcome) -> PostgresError {
        self.replacing(outcome: outcome, stage: self.transactionStage)
    }

    private func replacing(outcome: Outcome, stage: TransactionStage?) -> PostgresError {
        PostgresError(
            self.code, self.message, sqlState: self.sqlState, server: self.server, outcome: outcome, stage: stage,
            cause: self.cause, rollbackCause: self.rollbackCause, internalDetail: self.internalDetail)
    }
}
