public import Postgres
public import Tenancy

/// The statements with which a transaction enters a tenant's context.
public struct TenantEntry: Sendable {
    /// Says what an earlier transaction may have changed the defaults of: a transaction that waits for a safe snapshot
    /// would wait for others' writers.
    static let ownIsolation = PostgresQuery(
        unsafeSQL: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY, NOT DEFERRABLE"
    ).sharedByScopes()
    /// Undoes what an earlier transaction may have left in the session: only then is a setting of one tenant out of
    /// reach of the next, whatever pooler is in between.
    static let forgetSettings = ("RESET ALL" as PostgresQuery).sharedByScopes()

    /// The credential, fresh.
    public let credential: ContextCredential
    /// How long things may take.
    public let timeouts: TransactionTimeouts

    /// An entry with this credential and these timeouts.
    public init(credential: ContextCredential, timeouts: TransactionTimeouts) {
        self.credential = credential
        self.timeouts = timeouts
    }

    /// `SELECT bulkhead.enter_tenant(...)` with everything bound.
    public var query: PostgresQuery {
        let credential = self.credential
        let query: PostgresQuery = """
            SELECT bulkhead.enter_tenant(\(credential.tenant.uuid)::uuid, \(credential.mode.rawValue)::text, \
            \(credential.expiresAt)::bigint, \(credential.nonce)::text, \(credential.keyID)::text, \
            \(credential.signature)::bytea, \(self.timeouts.statementMilliseconds)::int, \
            \(self.timeouts.lockMilliseconds)::int, \(self.timeouts.idleMilliseconds)::int)
            """
        return query.sharedByScopes()
    }
}
