import Postgres
import TestSupport
import Testing

/// Interactive transactions and connections of one's own.
@Suite struct TransactionTests {
    private struct Refused: Error {}

    @Test func aTransactionIsCommitted() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let count = try await client.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (\(1))")
                let rows = try await transaction.execute(["INSERT INTO t VALUES (2)", "SELECT count(*) FROM t"])
                return try rows[1].value(Int.self)
            }
            #expect(count == 2)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 2)
        }
    }

    @Test func anErrorOfTheBodyRollsBackAndIsThrownAsItIs() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            await #expect(throws: Refused.self) {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    throw Refused()
                }
            }
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func anErrorOfAStatementRollsBack() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int PRIMARY KEY)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.transactionStage == nil)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
        }
    }

    @Test func aSwallowedErrorDoesNotCommit() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    do { _ = try await transaction.query("SELECT 1/0") } catch {}
                }
            }
            #expect(error?.code == .transactionRolledBack)
            #expect(error?.transactionStage == .commit)
            #expect(error?.outcome == .rolledBack)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
        }
    }

    @Test func anErrorOfTheCommitSaysSo() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    _ = try await transaction.execute(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"])
                }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.transactionStage == .commit)
        }
    }

    @Test func anErrorOfTheBeginSaysSo() async throws {
        try await withClient { client, _ in
            let options = PostgresTransactionOptions(access: .readOnly, isolation: .serializable, isDeferrable: true)
            let answer = try await client.withTransaction(options) {
                try await $0.query("SHOW transaction_deferrable").value(String.self)
            }
            #expect(answer == "on")
        }
    }

    @Test func aConnectionThatDiesInATransactionKeepsTheCausesApart() async throws {
        try await withClient { client, database in
            let error = await failure {
                try await client.withTransaction { transaction in
                    let pid = try await transaction.query("SELECT pg_backend_pid()").value(Int.self)
                    try await database.execute("SELECT pg_terminate_backend(\(pid))")
                    try await eventually { client.statistics.leased == 0 }
                    throw Refused()
                }
            }
            // Nothing was left to roll back: the error of the body is the whole story.
            #expect(error == nil)
        }
    }

    @Test(arguments: ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN"])
    func aTransactionCannotBeEndedFromInside(statement: String) async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    let end = PostgresQuery(unsafeSQL: statement)
                    let first = await failure { try await transaction.query(end) }
                    #expect(first?.code == .transactionLeftOpen)
                    if statement.hasSuffix("CHAIN") { throw Refused() }
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                }
            }
            if !statement.hasSuffix("CHAIN") { #expect(error?.code == .transactionLeftOpen) }
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
        }
    }

    @Test func aTransactionThatChangesTheSessionLosesItsConnection() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            let pid = try await client.withTransaction { transaction in
                _ = try await transaction.query("PREPARE left_behind AS SELECT 1")
                return try await transaction.query("SELECT pg_backend_pid()").value(Int.self)
            }
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) != pid)
        }
    }

    @Test func statementsThatNeedNoTransactionBlockWork() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            for statement: PostgresQuery in [
                "VACUUM t", "CREATE INDEX CONCURRENTLY i ON t (id)", "DROP INDEX CONCURRENTLY i",
            ] {
                _ = try await client.query(statement.unprepared())
                _ = try await client.withConnection { try await $0.query("VACUUM t") }
            }
            _ = try await client.query("CREATE INDEX CONCURRENTLY i ON t (id)")
        }
    }

    @Test func savepointsWork() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int PRIMARY KEY)")
            try await client.withTransaction { transaction in
                _ = try await transaction.execute(["INSERT INTO t VALUES (1)", "SAVEPOINT s"])
                do { _ = try await transaction.query("INSERT INTO t VALUES (1)") } catch {}
                _ = try await transaction.query("ROLLBACK TO SAVEPOINT s")
                _ = try await transaction.query("INSERT INTO t VALUES (2)")
            }
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 2)
        }
    }

    @Test func aConnectionIsCleanedAfterALease() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            let pid = try await client.withConnection { lease in
                _ = try await lease.execute([
                    "SET search_path = pg_catalog", "SET TimeZone = 'Asia/Tokyo'",
                    "CREATE TEMP TABLE left_behind (id int)",
                    "SELECT pg_advisory_lock(1)",
                ])
                _ = try await lease.query("BEGIN")
                return try await lease.query("SELECT pg_backend_pid()").value(Int.self)
            }
            let rows = try await client.query(
                """
                SELECT pg_backend_pid(), current_setting('TimeZone') <> 'Asia/Tokyo',
                    to_regclass('pg_temp.left_behind') IS NULL,
                    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
                """)
            #expect(try rows[0].decode(Int.self, Bool.self, Bool.self, Int.self) == (pid, true, true, 0))
        }
    }

    @Test func leasesAreBoundedAndLeaveRoomForBatches() async throws {
        try await withClient({
            $0.maximumConnections = 3
            $0.maximumLeasedConnections = 2
        }) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await client.withTransaction { transaction in
                            _ = try await transaction.query("SELECT pg_sleep(0.01)")
                        }
                    }
                }
                for number in 0..<50 {
                    group.addTask {
                        let answer = try await client.query("SELECT \(number)::int").value(Int.self)
                        #expect(answer == number)
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.statistics.connectionsOpened <= 3)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aLeaseGetsItsTurnUnderLoad() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        while !Task.isCancelled { _ = try? await client.query("SELECT 1") }  // ends by cancellation
                    }
                }
                try await eventually { client.statistics.batches > 100 }
                try await client.withTransaction { _ = try await $0.query("SELECT 1") }
                group.cancelAll()
            }
        }
    }
}
