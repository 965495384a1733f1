import Foundation
public import Logging
public import Postgres
public import Tenancy

/// The only door to tenants' tables: every transaction is put into one tenant's context before anything else runs.
public final class TenantDatabase: TenantSessionSource {
    /// Who may have a connection now, and who has to wait.
    public let pools: TenantPools
    private let client: PostgresClient
    private let signer: ContextSigner
    private let limits: TierLimits
    private let logger: Logger

    /// A door through `client`, which logs in as `bulkhead_app`.
    ///
    /// - Parameter dedicated: the connections of tenants that have some of their own.
    public init(
        client: PostgresClient, signer: ContextSigner, limits: TierLimits, dedicated: DedicatedPools? = nil,
        logger: Logger
    ) {
        self.pools = TenantPools(shared: client, limits: limits, dedicated: dedicated)
        self.client = client
        self.signer = signer
        self.limits = limits
        self.logger = logger
    }

    /// Runs queries that only read, in one round trip and one transaction.
    ///
    /// Only SELECT, WITH, VALUES and TABLE: whatever controls the transaction or leaves something in the session, such as
    /// a cursor, needs ``withTenant(_:deadline:_:)``, after which the session is wiped.
    ///
    /// - Parameter deadline: when the answer is of no use any more; nil for the client's own.
    /// - Throws: ``TenantQueryError`` for another kind of statement, ``DomainError/badCredentials`` if the member behind `access` may not act any more,
    ///   ``DomainError/busy(retryAfterSeconds:)`` without a free connection in time, otherwise `PostgresError`.
    public func read(
        _ queries: [PostgresQuery], in access: TenantAccess, deadline: ContinuousClock.Instant? = nil
    ) async throws -> [PostgresRows] {
        guard queries.allSatisfy(\.isPlainQuery) else { throw TenantQueryError() }
        return try await self.correctingClock {
            try await self.pools.withTurn(.read, in: access, deadline: deadline) { client, deadline, hold in
                // Signed now that it is about to be used: a wait may last as long as a credential.
                let opening = self.opening(of: access.readOnly, isolation: TenantEntry.ownIsolation)
                var batch = PostgresBatch(opening + queries)
                batch.planScope = Placement.schema(of: access.tenant)
                let answers = try await client.read(batch, deadline: deadline, holding: hold)
                try Self.checkMembership(access, in: answers, opening: opening.count)
                return Array(answers.dropFirst(opening.count))
            }
        }
    }

    /// Asks without any tenant's context, to see that nothing is seen.
    func readWithoutTenant(_ query: PostgresQuery) async throws -> PostgresRows {
        try await self.translatingErrors {
            let answers = try await self.client.execute(
                PostgresBatch([TenantEntry.forgetSettings, TenantEntry.ownIsolation, query]))
            return answers[2]
        }
    }

    /// Lends a transaction of one tenant; commits when the closure returns, rolls back when it throws.
    ///
    /// - Parameter deadline: when the work is of no use any more; nil for the client's own. Whatever runs then is given
    ///   up and rolled back.
    /// - Throws: what the closure throws; otherwise as ``read(_:in:deadline:)``.
    public nonisolated func withTenant<Value>(
        _ access: TenantAccess, deadline: ContinuousClock.Instant? = nil,
        _ body: (borrowing TenantSession) async throws -> sending Value
    ) async throws -> sending Value {
        try await self.translatingErrors {
            let scope = Placement.schema(of: access.tenant)
            return try await self.pools.withTurn(.session, in: access, deadline: deadline) { client, deadline, _ in
                try await client.withConnection(deadline: deadline, planScope: scope) { lease in
                    // Whatever is thrown, the client rolls back and wipes the session before anybody else gets it.
                    try await self.open(access, on: lease)
                    let session = TenantSession(access: access, transaction: lease.begunTransaction())
                    let value = try await body(session)
                    try await Self.commit(access.tenant, on: lease)
                    return value
                }
            }
        }
    }

    /// By how many milliseconds the database's clock is ahead of this host's.
    ///
    /// Measures it anew.
    public func measureClock() async throws -> Int64 {
        let before = SystemClock.milliseconds()
        return try self.takeClock(try await self.client.query(Self.clock), askedAt: before)
    }

    private static let clock: PostgresQuery = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    private func takeClock(_ rows: PostgresRows, askedAt before: Int64) throws -> Int64 {
        let after = SystemClock.milliseconds()
        guard let now = try rows.first?.decode(Int64.self) else { return self.signer.clockOffset }
        let offset = now - (before + after) / 2
        self.signer.correctClock(offset: offset)
        return offset
    }

    private func opening(of access: TenantAccess, isolation: PostgresQuery? = nil) -> [PostgresQuery] {
        let credential = self.signer.credential(for: access.tenant, mode: access.mode)
        let enter = TenantEntry(credential: credential, timeouts: self.limits[access.tier].timeouts).query
        var opening = [TenantEntry.forgetSettings]
        if let isolation { opening.append(isolation) }
        opening.append(enter)
        guard case .member(let user, let role) = access.principal else { return opening }
        let bindings = [
            access.tenant.uuid.postgresBinding, user.uuid.postgresBinding, role.rawValue.postgresBinding,
        ]
        opening.append(PostgresQuery(unsafeSQL: Self.membership, bindings: bindings))
        return opening
    }

    /// Whether the member may act, asked in the same round trip as what the member wants.
    private static let membership =
        "SELECT 1 FROM users WHERE tenant_id = $1::uuid AND id = $2::uuid AND role = $3::text AND status = 'active'"

    private static func checkMembership(_ access: TenantAccess, in answers: [PostgresRows], opening: Int) throws {
        guard case .member = access.principal else { return }
        guard answers.count >= opening, !answers[opening - 1].isEmpty else { throw DomainError.badCredentials }
    }

    private func open(_ access: TenantAccess, on lease: borrowing PostgresLease) async throws {
        let writes: PostgresQuery =
            access.mode == .readWrite
            ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE"
            : "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY NOT DEFERRABLE"
        do {
            try await self.enter(access, with: writes, on: lease)
        } catch let error as PostgresError where error.sqlState == .invalidAuthorization {
            // The database refused the credential: most likely its clock and ours have drifted apart.
            _ = try await lease.query("ROLLBACK")
            // On this connection: it may be the only one.
            let before = SystemClock.milliseconds()
            _ = try self.takeClock(try await lease.query(Self.clock), askedAt: before)
            try await self.enter(access, with: writes, on: lease)
        }
    }

    private func enter(
        _ access: TenantAccess, with begin: PostgresQuery, on lease: borrowing PostgresLease
    ) async throws {
        let opening = [begin] + self.opening(of: access)
        let answers = try await lease.execute(opening)
        try Self.checkMembership(access, in: answers, opening: opening.count)
    }

    /// Commits, if the context is still there; otherwise the division fails, and the COMMIT behind it is not run.
    private static func commit(_ tenant: TenantID, on lease: borrowing PostgresLease) async throws {
        let check: PostgresQuery =
            "SELECT 1 / (bulkhead.current_tenant() IS NOT DISTINCT FROM \(tenant.uuid)::uuid)::int"
        do {
            let answers = try await lease.execute([check.sharedByScopes(), "COMMIT"])
            guard answers[1].commandTag == "COMMIT" else { throw TenantCommitError() }
        } catch let error as PostgresError where error.sqlState == "22012" {
            throw TenantCommitError()
        }
    }

    private func correctingClock<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await self.translatingErrors {
            do {
                return try await work()
            } catch let error as PostgresError where error.sqlState == .invalidAuthorization {
                _ = try await self.measureClock()
                return try await work()
            }
        }
    }

    private nonisolated func translatingErrors<Value>(
        _ work: () async throws -> sending Value
    ) async throws -> sending Value {
        do {
            return try await work()
        } catch let error as PostgresError where error.isUnavailable {
            self.logger.warning("no tenant session to be had", metadata: ["error": "\(error)"])
            throw DomainError.busy(retryAfterSeconds: 1)
        }
    }
}
