/// A five-character condition code of the server (PostgreSQL manual, appendix A).
public struct SQLState: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The five characters, such as `23505`.
    public let rawValue: String

    /// Takes the five characters as they are.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Takes a literal such as `"23505"`.
    public init(stringLiteral value: String) {
        self.rawValue = value
    }

    /// The five characters.
    public var description: String { self.rawValue }

    /// The first two characters: the class of the condition.
    public var conditionClass: Substring { self.rawValue.prefix(2) }

    /// A row with this key exists.
    public static let uniqueViolation: SQLState = "23505"
    /// A referenced row is missing, or a row is still referred to.
    public static let foreignKeyViolation: SQLState = "23503"
    /// A CHECK constraint said no.
    public static let checkViolation: SQLState = "23514"
    /// A NOT NULL column got NULL.
    public static let notNullViolation: SQLState = "23502"
    /// The role may not do this, or a row-level policy said no.
    public static let insufficientPrivilege: SQLState = "42501"
    /// No such table.
    public static let undefinedTable: SQLState = "42P01"
    /// No such column.
    public static let undefinedColumn: SQLState = "42703"
    /// No such function.
    public static let undefinedFunction: SQLState = "42883"
    /// The statement does not parse.
    public static let syntaxError: SQLState = "42601"
    /// Concurrent transactions could not be put in an order.
    public static let serializationFailure: SQLState = "40001"
    /// Transactions waited for each other.
    public static let deadlockDetected: SQLState = "40P01"
    /// `lock_timeout` or NOWAIT.
    public static let lockNotAvailable: SQLState = "55P03"
    /// A cancel request or `statement_timeout`.
    public static let queryCanceled: SQLState = "57014"
    /// The server is shutting down, or the session was terminated.
    public static let adminShutdown: SQLState = "57P01"
    /// The server is starting or stopping.
    public static let cannotConnectNow: SQLState = "57P03"
    /// Every connection slot of the server is taken.
    public static let tooManyConnections: SQLState = "53300"
    /// The transaction has failed already and only ROLLBACK is accepted.
    public static let inFailedTransaction: SQLState = "25P02"
    /// A write in a read-only transaction.
    public static let readOnlyTransaction: SQLState = "25006"
    /// Not supported; also what a stale plan reports ("cached plan must not change result type").
    public static let featureNotSupported: SQLState = "0A000"
    /// No such prepared statement.
    public static let undefinedPreparedStatement: SQLState = "26000"
    /// No such database.
    public static let undefinedDatabase: SQLState = "3D000"
    /// The password is wrong.
    public static let invalidPassword: SQLState = "28P01"
    /// The role does not exist or may not connect.
    public static let invalidAuthorization: SQLState = "28000"
}
