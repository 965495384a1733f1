import Postgres
import TestSupport
import Testing

/// Batches on shared connections of a real server.
@Suite struct BatchTests {
    @Test func statementsAreAnsweredInOrder() async throws {
        try await withClient { client, _ in
            let batch = PostgresBatch(["SELECT \(1)::int", "SELECT \("two")", "SELECT \(nil as Int?)::int"])
            let rows = try await client.execute(batch)
            #expect(try rows[0].value(Int.self) == 1)
            #expect(try rows[1].value(String.self) == "two")
            #expect(try rows[2].value(Int?.self) == nil)
            #expect(try await client.execute(PostgresBatch([])).isEmpty)
        }
    }

    @Test func aBatchIsOneTransaction() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int PRIMARY KEY)")
            for transaction in [PostgresBatch.Transaction.implicit, .explicit(.readWrite)] {
                let batch = PostgresBatch(
                    ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"],
                    transaction: transaction)
                let error = await failure { try await client.execute(batch) }
                #expect(error?.sqlState == .uniqueViolation)
                #expect(error?.constraint == "t_pkey")
                #expect(error?.table == "t")
                #expect(error?.outcome == .rolledBack)
                #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            }
            let good = PostgresBatch(
                ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"], transaction: .explicit(.readWrite))
            #expect(try await client.execute(good).map(\.affectedRows) == [1, 1])
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 2)
        }
    }

    @Test func anErrorInTheMiddleHurtsNobodyElse() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        if number % 3 == 0 {
                            let error = await failure { try await client.query("SELECT 1 / (\(number)::int * 0)") }
                            #expect(error?.sqlState == "22012")
                        } else {
                            let answer = try await client.query("SELECT \(number)::int").value(Int.self)
                            #expect(answer == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func errorsOfTheCommitAreFailures() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
            for transaction in [PostgresBatch.Transaction.implicit, .explicit(.readWrite)] {
                let error = await failure {
                    try await client.execute(
                        PostgresBatch(
                            ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"], transaction: transaction))
                }
                #expect(error?.sqlState == .uniqueViolation)
                #expect(error?.outcome == .rolledBack)
            }
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func accessIsSaidInEveryExplicitBatch() async throws {
        try await withClient { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let error = await failure {
                try await client.execute(PostgresBatch(["INSERT INTO t VALUES (1)"], transaction: .explicit(.readOnly)))
            }
            #expect(error?.sqlState == .readOnlyTransaction)
        }
    }

    @Test func largeValuesAndResultsTravel() async throws {
        try await withClient { client, _ in
            let text = String(repeating: "ä", count: 3_000_000)
            let rows = try await client.query("SELECT \(text), \(Array(repeating: UInt8(7), count: 2_000_000))")
            #expect(try rows[0][0].decode(String.self) == text)
            #expect(try rows[0][1].decode([UInt8].self).count == 2_000_000)
            let many = try await client.query("SELECT n, repeat('x', 20) FROM generate_series(1, 200000) AS n")
            #expect(many.count == 200_000)
            #expect(try many[199_999].decode(Int.self, String.self) == (200_000, String(repeating: "x", count: 20)))
        }
    }

    @Test func manyStatementsFitIntoABatch() async throws {
        try await withClient { client, _ in
            let queries = (0..<2000).map { number -> PostgresQuery in "SELECT \(number)::int + \(1)" }
            let rows = try await client.execute(PostgresBatch(queries))
            #expect(try rows.map { try $0.value(Int.self) } == Array(1...2000))
        }
    }

    @Test func unpreparedStatementsLeaveNothingBehind() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            let count: PostgresQuery = "SELECT count(*) FROM pg_prepared_statements"
            let unnamed = try await client.query(count.unprepared()).value(Int.self)
            #expect(unnamed == 0)
            let named = try await client.query(count).value(Int.self)
            #expect(named == 1)
        }
        try await withClient({
            $0.maximumConnections = 1
            $0.preparedStatementsPerConnection = 0
        }) { client, _ in
            for _ in 0..<3 {
                let count: PostgresQuery = "SELECT count(*) FROM pg_prepared_statements WHERE \(true)"
                let found = try await client.query(count).value(Int.self)
                #expect(found == 0)
            }
        }
    }

    @Test func severalStatementsInOneTextAreRefused() async throws {
        try await withClient { client, _ in
            let error = await failure { try await client.query("SELECT 1; SELECT 2") }
            #expect(error?.sqlState == .syntaxError)
            let more = await failure { try await client.query(PostgresQuery("SELECT 1; SELECT 2").unprepared()) }
            #expect(more?.sqlState == .syntaxError)
        }
    }

    @Test func copyInABatchIsRefused() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            for copy: PostgresQuery in ["COPY t TO STDOUT", "COPY t FROM STDIN"] {
                let error = await failure { try await client.execute(PostgresBatch(["SELECT 1", copy, "SELECT 2"])) }
                #expect(error?.code == .unsupported)
                #expect(try await client.query("SELECT 1").value(Int.self) == 1)
            }
        }
    }

    @Test func theServersWordsAreOnlyInTheDebugText() async throws {
        try await withClient { client, _ in
            let error = await failure { try await client.query("SELECT \("hunter2")::int") }
            #expect(error?.sqlState == "22P02")
            #expect(!"\(error.debugDescription)".isEmpty)
            #expect(error.map { !"\($0)".contains("hunter2") } ?? false)
            #expect(error.map { String(reflecting: $0).contains("hunter2") } ?? false)
        }
    }
}
