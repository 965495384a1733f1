/// How long the parts of a tenant's transaction may take; the database enforces them.
public struct TransactionTimeouts: Sendable, Hashable {
    /// How long one statement may run, in milliseconds; 1 or more.
    public var statementMilliseconds: Int
    /// How long a statement may wait for a lock, in milliseconds; 1 or more.
    public var lockMilliseconds: Int
    /// How long a transaction may sit between statements, in milliseconds; 1 or more.
    public var idleMilliseconds: Int

    /// Timeouts.
    public init(statementMilliseconds: Int, lockMilliseconds: Int, idleMilliseconds: Int) {
        self.statementMilliseconds = statementMilliseconds
        self.lockMilliseconds = lockMilliseconds
        self.idleMilliseconds = idleMilliseconds
    }
}

extension Tier {
    /// The timeouts of a transaction.
    public var timeouts: TransactionTimeouts {
        TransactionTimeouts(
            statementMilliseconds: self.statementTimeoutMilliseconds, lockMilliseconds: self.lockTimeoutMilliseconds,
            idleMilliseconds: self.idleInTransactionTimeoutMilliseconds)
    }
}
