import Logging
import Postgres
import Tenancy
import Workflow

/// What the steps of the workflows about tenants work with.
struct TenantEffects: Sendable {
    /// DDL waits for nobody and is quick; these limits only stop what has gone wrong.
    static let patience = TransactionTimeouts(
        statementMilliseconds: 60_000, lockMilliseconds: 10_000, idleMilliseconds: 60_000)

    /// Writes as `bulkhead_control`, while the attempt is good.
    let fenced: FencedClient
    /// Reads as tenants do.
    let database: TenantDatabase
    let signer: ContextSigner
    let template: TenantTemplate
    let tiers: any TierRepository
    let store: PostgresWorkflowStore
    /// The domain of the ids of mails; nil if no mail is sent.
    let mailDomain: String?
    /// Told of tenants that were changed, beside what the database announces by itself.
    let announcer: any TenantAnnouncer

    var client: PostgresClient { self.fenced.client }

    /// Opens the context of a tenant in a transaction of the owner.
    func entry(_ tenant: TenantID) -> PostgresQuery {
        TenantEntry(credential: self.signer.credential(for: tenant, mode: .readWrite), timeouts: Self.patience).query
    }

    /// Tells those who remember tenants that this one has changed; after the change was committed.
    func announce(_ tenant: TenantID) async {
        let reading: PostgresQuery = "SELECT version, subdomain FROM public.tenants WHERE id = \(tenant.uuid)::uuid"
        do {
            guard let row = try await self.client.query(reading).first else { return }
            let (version, label) = try row.decode(Int64.self, String.self)
            guard let subdomain = Subdomain(stored: label) else { return }
            await self.announcer.announce(TenantChange(id: tenant, version: version, subdomain: subdomain))
        } catch {
            // The change is made, and those who remember find it by themselves.
        }
    }

    /// Statements on the tables of a tenant, as their owner and in the tenant's context.
    func asOwner(of tenant: TenantID, _ queries: [PostgresQuery]) -> [PostgresQuery] {
        ["SET LOCAL ROLE bulkhead_owner", self.entry(tenant)] + queries.map { $0.unprepared() }
            + ["SET LOCAL ROLE NONE"]
    }

    /// Where the answers of ``asOwner(of:_:)`` begin.
    static let ownerOpening = 2

    /// The tenant, locked against changes of its status until the transaction ends.
    static func lockedStatus(
        of tenant: TenantID, in transaction: borrowing PostgresTransaction
    ) async throws -> TenantStatus? {
        let rows = try await transaction.query(
            "SELECT status FROM public.tenants WHERE id = \(tenant.uuid)::uuid FOR UPDATE")
        return try rows.first.flatMap { TenantStatus(rawValue: try $0[0].decode(String.self)) }
    }

    /// What an error of the database means for another attempt.
    @Sendable static func failure(_ error: any Error) -> StepFailure? {
        switch error {
        case is FenceLost, is StepFailure: return nil
        case DomainError.busy(let seconds):
            return StepFailure("the database was busy", retry: .after(.seconds(seconds)))
        case let error as PostgresError: return self.failure(of: error)
        default: return nil
        }
    }

    private static func failure(of error: PostgresError) -> StepFailure {
        guard let state = error.sqlState else {
            guard error.code != .decoding, error.code != .encoding else {
                return StepFailure("the database's answer was not understood", retry: .never, cause: error)
            }
            return StepFailure("the database did not answer", retry: .withBackoff, cause: error)
        }
        let evidence: JSONDocument = ["sqlState": .string(state.rawValue)]
        switch state.conditionClass {
        // What is wrong with the statement or its values will be wrong next time.
        case "22", "23", "42":
            return StepFailure(
                "the database refused a statement (SQLSTATE \(state)); its log has more", retry: .never,
                evidence: evidence, cause: error)
        case "53":
            return StepFailure(
                "the database is short of resources (SQLSTATE \(state)): disk, memory or connections",
                retry: .withBackoff, evidence: evidence, cause: error)
        default:
            return StepFailure(
                "the database failed (SQLSTATE \(state))", retry: .withBackoff, evidence: evidence, cause: error)
        }
    }
}
