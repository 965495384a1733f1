import Postgres
import TestSupport
import Testing

/// Statements that control the transaction or the session of a shared connection.
@Suite struct InjectionTests {
    /// One connection, so that what is left behind would be met by the next.
    private func withOneConnection(_ body: (PostgresClient, TestDatabase) async throws -> Void) async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            try await body(client, database)
        }
    }

    private func pid(_ client: PostgresClient) async throws -> Int {
        try await client.query("SELECT pg_backend_pid()").value(Int.self)
    }

    @Test(arguments: ["BEGIN", "START TRANSACTION", "BEGIN READ ONLY"])
    func anInjectedBeginIsNotAcknowledged(statement: String) async throws {
        try await withOneConnection { client, _ in
            let before = try await pid(client)
            let begin = PostgresQuery(unsafeSQL: statement)
            let error = await failure {
                try await client.execute(PostgresBatch(["INSERT INTO t VALUES (1)", begin]))
            }
            #expect(error?.code == .transactionLeftOpen)
            #expect(error?.outcome == .rolledBack)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            #expect(try await pid(client) != before)
        }
    }

    @Test func whatIsQueuedBehindAnInjectedBeginFailsToo() async throws {
        try await withOneConnection { client, _ in
            // Known to be quick, so that others are sent behind it.
            let warm = PostgresBatch(["SELECT 1", "INSERT INTO t VALUES (0)"])
            for _ in 0..<3 { _ = try await client.execute(warm) }
            let errors = try await withThrowingTaskGroup(of: (Int, PostgresError?).self) { group in
                for number in 0..<40 {
                    group.addTask {
                        guard number == 3 else {
                            return (number, await failure { try await client.execute(warm) })
                        }
                        let bad = PostgresBatch(["SELECT 1", "BEGIN"])
                        return (number, await failure { try await client.execute(bad) })
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.first { $0.0 == 3 }?.1?.code == .transactionLeftOpen)
            let failed = errors.compactMap(\.1)
            #expect(failed.allSatisfy { $0.code == .transactionLeftOpen && $0.outcome == .rolledBack })
            // Each batch that was acknowledged is there, and no other.
            let rows = try await client.query("SELECT count(*) FROM t").value(Int.self)
            #expect(rows == 3 + 40 - failed.count)
        }
    }

    @Test(arguments: ["COMMIT", "ROLLBACK"])
    func anInjectedEndIsNotAcknowledged(statement: String) async throws {
        try await withOneConnection { client, _ in
            let end = PostgresQuery(unsafeSQL: statement)
            for transaction in [PostgresBatch.Transaction.implicit, .explicit(.readWrite)] {
                let error = await failure {
                    try await client.execute(PostgresBatch(["SELECT 1", end, "SELECT 2"], transaction: transaction))
                }
                #expect(error?.code == .transactionLeftOpen)
                #expect(error?.outcome == .unknown)
                let answer = try await client.query("SELECT 7").value(Int.self)
                #expect(answer == 7)
            }
        }
    }

    @Test func anInjectedBeginInAnExplicitBatchIsNotAcknowledged() async throws {
        try await withOneConnection { client, _ in
            let error = await failure {
                try await client.execute(PostgresBatch(["COMMIT", "BEGIN"], transaction: .explicit(.readWrite)))
            }
            #expect(error?.code == .transactionLeftOpen)
            let answer = try await client.query("SELECT 7").value(Int.self)
            #expect(answer == 7)
        }
    }

    @Test(
        arguments: [
            "SET TimeZone = 'Asia/Tokyo'", "SET DateStyle = 'German'", "SET standard_conforming_strings = off",
            "SET default_transaction_read_only = on", "SELECT set_config('TimeZone', 'Asia/Tokyo', false)",
            "PREPARE injected AS SELECT 1", "DEALLOCATE ALL", "LISTEN injected",
        ])
    func aSessionThatWasChangedIsNotUsedAgain(statement: String) async throws {
        try await withOneConnection { client, _ in
            let before = try await pid(client)
            _ = try await client.query(PostgresQuery(unsafeSQL: statement))
            #expect(try await pid(client) != before)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aSettingOfTheTransactionIsNoReason() async throws {
        try await withOneConnection { client, _ in
            let before = try await pid(client)
            let local: PostgresQuery =
                "SELECT set_config('TimeZone', 'Asia/Tokyo', true), set_config('DateStyle', 'German', true)"
            for transaction in [PostgresBatch.Transaction.implicit, .explicit(.readWrite)] {
                _ = try await client.execute(PostgresBatch([local, "SELECT now()"], transaction: transaction))
            }
            #expect(try await pid(client) == before)
        }
    }
}
