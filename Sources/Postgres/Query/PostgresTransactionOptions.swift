/// How a transaction begins (PostgreSQL manual, BEGIN).
public struct PostgresTransactionOptions: Sendable, Hashable {
    /// What concurrent transactions may see of each other.
    public enum Isolation: String, Sendable, Hashable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    /// Whether the transaction may write.
    public enum Access: String, Sendable, Hashable {
        case readWrite = "READ WRITE"
        case readOnly = "READ ONLY"
    }

    /// The isolation level; nil leaves the session's default.
    public var isolation: Isolation?
    /// Always said, so that a default left behind in the session does not matter.
    public var access: Access
    /// Waits for a snapshot in which a serializable read-only transaction cannot fail.
    public var isDeferrable: Bool

    /// Options by name.
    public init(access: Access = .readWrite, isolation: Isolation? = nil, isDeferrable: Bool = false) {
        self.access = access
        self.isolation = isolation
        self.isDeferrable = isDeferrable
    }

    /// Reads and writes at the default isolation level.
    public static let readWrite = PostgresTransactionOptions()
    /// Reads only, at the default isolation level.
    public static let readOnly = PostgresTransactionOptions(access: .readOnly)
    /// Reads and writes as if transactions ran one after the other; be ready to retry.
    public static let serializable = PostgresTransactionOptions(isolation: .serializable)

    var beginStatement: PostgresQuery {
        var sql = "BEGIN \(self.access.rawValue)"
        if let isolation = self.isolation { sql += " ISOLATION LEVEL \(isolation.rawValue)" }
        if self.isDeferrable { sql += " DEFERRABLE" }
        return PostgresQuery(unsafeSQL: sql)
    }
}
