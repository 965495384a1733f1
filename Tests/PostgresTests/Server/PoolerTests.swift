import LocalServers
import Logging
import Postgres
import TestSupport
import Testing

/// The client behind PgBouncer in transaction mode with a single server connection: whatever leaks, leaks every time.
@Suite struct PoolerTests {
    private func withPooler(_ body: (PostgresClient, TestDatabase) async throws -> Void) async throws {
        try await TestPostgres.withDatabase { database in
            let pooler = try await LocalPgBouncer.start(
                in: TestPostgres.temporaryFolder(), upstream: database.cluster, poolSize: 1,
                logger: Logger(label: "test.pgbouncer"))
            do {
                try await withClient(
                    of: pooler.uri(database: database.name),
                    {
                        $0.maximumConnections = 4
                        $0.preparedStatementsPerConnection = 0
                    },
                    { try await body($0, database) })
            } catch {
                try await pooler.stop()
                throw error
            }
            try await pooler.stop()
        }
    }

    @Test func batchesAreAnsweredApart() async throws {
        try await withPooler { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let transaction: PostgresBatch.Transaction =
                            number % 2 == 0 ? .implicit : .explicit(.readWrite)
                        let batch = PostgresBatch(
                            [
                                "SELECT set_config('app.number', \(String(number)), true)",
                                "INSERT INTO t VALUES (\(number))", "SELECT current_setting('app.number')::int",
                            ], transaction: transaction)
                        let answer = try await client.execute(batch)[2].value(Int.self)
                        #expect(answer == number)
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await client.query("SELECT count(*), sum(id) FROM t")[0].decode(Int.self, Int.self) == (200, 19_900)
            )
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func whatIsLeftOpenIsNotMetByTheNext() async throws {
        try await withPooler { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            for _ in 0..<5 {
                let error = await failure {
                    try await client.execute(PostgresBatch(["INSERT INTO t VALUES (1)", "BEGIN"]))
                }
                #expect(error?.code == .transactionLeftOpen)
                let broken = await failure { try await client.query("SELECT 1/0") }
                #expect(broken?.sqlState == "22012")
                #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            }
        }
    }

    @Test func transactionsKeepTheirServerConnection() async throws {
        try await withPooler { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await client.withTransaction { transaction in
                            _ = try await transaction.query("SELECT set_config('app.number', \(String(number)), true)")
                            let answer = try await transaction.query("SELECT current_setting('app.number')::int")
                            #expect(try answer.value(Int.self) == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let error = await failure {
                try await client.withTransaction(deadline: .now + .milliseconds(300)) { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(30)")
                }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
        }
    }
}
