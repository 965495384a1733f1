/// The statements of one transaction, sent together and answered in one round trip.
///
/// Either all of them take effect or none does. A statement of the batch must not control the transaction itself: a
/// batch with such a statement fails with ``PostgresError/Code/transactionLeftOpen``.
public struct PostgresBatch: Sendable {
    /// How the statements become one transaction.
    public enum Transaction: Sendable, Hashable {
        /// The server's own: from the first statement to the end of the message (manual, section 55.2.3).
        case implicit
        /// `BEGIN` with these options first and `COMMIT` last, in the same round trip.
        case explicit(PostgresTransactionOptions)
    }

    /// The statements, in order.
    public var queries: [PostgresQuery]
    /// How the statements become one transaction.
    public var transaction: Transaction
    /// Names what the plans depend on beside the text, such as a tenant's schema.
    ///
    /// Part of the key of the plan cache, and batches of one scope prefer one connection.
    public var planScope: String?
    /// Whether a batch that the server rolled back because of a stale or unknown prepared statement (SQLSTATE 0A000,
    /// 26000) is sent once more.
    ///
    /// Nothing of it has been done at that point, so this is on by default.
    public var isResentOnStalePlan: Bool

    /// A batch of statements.
    public init(
        _ queries: [PostgresQuery], transaction: Transaction = .implicit, planScope: String? = nil,
        isResentOnStalePlan: Bool = true
    ) {
        self.queries = queries
        self.transaction = transaction
        self.planScope = planScope
        self.isResentOnStalePlan = isResentOnStalePlan
    }

    func validate() throws(PostgresError) {
        for query in self.queries { try query.validate() }
    }
}
