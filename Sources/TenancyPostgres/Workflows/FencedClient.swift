import Postgres
import Tenancy
import Workflow

/// Has effects in the database on behalf of an attempt: only while the attempt has not been given up.
///
/// The check is the first statement of each transaction and locks the run's row against whoever would give the attempt
/// up - another worker after the lease, somebody who cancels, the record that it failed - until the transaction ends. All
/// of those lock the row `FOR UPDATE`; the lock here is the one that lets the lease be renewed meanwhile, since that
/// changes no key (manual, section 13.3.2).
struct FencedClient: Sendable {
    let client: PostgresClient

    /// Runs the statements of one transaction in one round trip.
    ///
    /// - Returns: the answers, without those of the check.
    /// - Throws: ``FenceLost``; `PostgresError`.
    func execute(_ queries: [PostgresQuery], under fence: Fence) async throws -> [PostgresRows] {
        let statements = [Self.durability, Self.check(fence)] + queries
        do {
            let batch = PostgresBatch(statements, transaction: .explicit(.readWrite))
            let answers = try await self.client.execute(batch, deadline: .now + Self.patience)
            return Array(answers.dropFirst(2))
        } catch let error as PostgresError where error.sqlState == Self.divisionByZero {
            throw FenceLost(fence)
        }
    }

    /// Lends a transaction.
    ///
    /// - Throws: ``FenceLost``; what the closure throws; `PostgresError`.
    nonisolated func transaction<Value>(
        under fence: Fence, _ body: (borrowing PostgresTransaction) async throws -> sending Value
    ) async throws -> sending Value {
        try await self.client.withTransaction(deadline: .now + Self.patience) { transaction in
            do {
                _ = try await transaction.execute([Self.durability, Self.check(fence)])
            } catch let error as PostgresError where error.sqlState == Self.divisionByZero {
                throw FenceLost(fence)
            }
            return try await body(transaction)
        }
    }

    /// Longer than any step takes: a step's own time limit ends it before.
    private static let patience = Duration.seconds(300)
    private static let divisionByZero: SQLState = "22012"

    private static func check(_ fence: Fence) -> PostgresQuery {
        """
        SELECT 1 / count(*) FROM (
            SELECT 1 FROM bulkhead.workflow_runs WHERE id = \(fence.run.uuid)::uuid
            AND attempt = \(fence.attempt)::bigint AND status IN ('running', 'compensating') FOR KEY SHARE) held
        """
    }

    /// Effects are on disk before anybody goes on: a worker that outlives a crash of the database would else write down
    /// that it had an effect which the crash has taken away.
    private static let durability: PostgresQuery = "SELECT set_config('synchronous_commit', 'on', true)"
}

extension WorkPermit {
    /// The permit in the words of workflows.
    var fence: Fence { Fence(run: RunID(self.run), attempt: self.attempt) }
}
