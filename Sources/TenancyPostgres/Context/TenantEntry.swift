public import Postgres
public import Tenancy

/// The statements with which a transaction enters a tenant's context.
public struct TenantEntry: Sendable {
    /// Says what an earlier transaction may have changed the defaults of: a transaction that waits for a safe snapshot
    /// would wait for others' writers.
    ///
    /// That it only reads, says its credential.
    ///
    /// As a setting, which like SET TRANSACTION means the running transaction only (manual, section 20.11.1): the server
    /// takes the statements of a batch for no transaction block, and would write a warning into its log each time.
    static let ownIsolation = PostgresQuery(unsafeSQL: "SET transaction_isolation = 'read committed'").sharedByScopes()
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
        return PostgresQuery(
            unsafeSQL: Self.sql,
            bindings: [
                credential.tenant.uuid.postgresBinding, credential.mode.rawValue.postgresBinding,
                credential.expiresAt.postgresBinding, credential.nonce.postgresBinding,
                credential.keyID.postgresBinding, credential.signature.postgresBinding,
                self.timeouts.statementMilliseconds.postgresBinding, self.timeouts.lockMilliseconds.postgresBinding,
                self.timeouts.idleMilliseconds.postgresBinding,
            ]
        ).sharedByScopes()
    }

    /// Not put together anew with every transaction.
    private static let sql = """
        SELECT bulkhead.enter_tenant($1::uuid, $2::text, $3::bigint, $4::text, $5::text, $6::bytea, $7::int, $8::int, \
        $9::int)
        """
}
