import Postgres
import TestSupport
import Testing

/// Prepared statements: kept, evicted, stale, lost.
@Suite struct PlanTests {
    private func names(_ client: PostgresClient) async throws -> [String] {
        try await client.query(PostgresQuery("SELECT statement FROM pg_prepared_statements").unprepared())
            .map { try $0[0].decode(String.self) }
    }

    @Test func aStalePlanIsReplacedUnseen() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
            #expect(try await client.query("SELECT * FROM t").columns.map(\.name) == ["id"])
            try await database.execute("ALTER TABLE t ADD COLUMN name text DEFAULT 'x'")
            #expect(try await client.query("SELECT * FROM t").columns.map(\.name) == ["id", "name"])
            try await database.execute("ALTER TABLE t ALTER COLUMN id TYPE text")
            let batch = PostgresBatch(["SELECT 1", "SELECT * FROM t"], transaction: .explicit(.readWrite))
            #expect(try await client.execute(batch)[1][0].decode(String.self, String.self) == ("1", "x"))
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aStatementThatTheServerForgotIsParsedAgain() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            _ = try await client.query("SELECT 1")
            let pid = try await client.withTransaction { transaction in
                _ = try await transaction.query(PostgresQuery("DEALLOCATE ALL").unprepared())
                return try await transaction.query(PostgresQuery("SELECT pg_backend_pid()").unprepared()).value(
                    Int.self)
            }
            #expect(try await client.query("SELECT 1").value(Int.self) == 1)
            #expect(pid > 0)
        }
    }

    @Test func aBatchThatMustNotBeResentFails() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let batch = PostgresBatch(["SELECT * FROM t"], isResentOnStalePlan: false)
            _ = try await client.execute(batch)
            try await database.execute("ALTER TABLE t ADD COLUMN name text")
            let error = await failure { try await client.execute(batch) }
            #expect(error?.sqlState == .featureNotSupported)
            #expect(error?.outcome == .rolledBack)
            #expect(try await client.execute(batch)[0].columns.count == 2)
        }
    }

    @Test func aFeatureThatIsNotSupportedIsNotTriedTwice() async throws {
        try await withClient { client, _ in
            for _ in 0..<3 {
                let error = await failure { try await client.query("SELECT count(DISTINCT 1) OVER ()") }
                #expect(error?.sqlState == .featureNotSupported)
            }
            #expect(client.statistics.batches == 3)
        }
    }

    @Test func plansAreBounded() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.preparedStatementsPerConnection = 10
        }) { client, _ in
            for round in 0..<3 {
                for number in 0..<60 {
                    let query = PostgresQuery(unsafeSQL: "SELECT \(number) + $1::int", bindings: [.text("\(round)")])
                    let answer = try await client.query(query).value(Int.self)
                    #expect(answer == number + round)
                }
            }
            let answer = try await names(client).count
            #expect(answer <= 10 + 8)
        }
    }

    @Test func aScopeHasPlansOfItsOwn() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            for schema in ["a", "b"] {
                try await database.execute(
                    "CREATE SCHEMA \(schema)", "CREATE TABLE \(schema).t (name text)",
                    "INSERT INTO \(schema).t VALUES ('\(schema)')")
            }
            for _ in 0..<3 {
                for schema in ["a", "b"] {
                    let batch = PostgresBatch(
                        ["SELECT set_config('search_path', \(schema), true)", "SELECT name FROM t"], planScope: schema)
                    #expect(try await client.execute(batch)[1].value(String.self) == schema)
                }
            }
            let found = try await names(client)
            #expect(found.contains("SELECT name FROM t /* a */") && found.contains("SELECT name FROM t /* b */"))
        }
    }

    @Test func aFailedParseIsForgotten() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            let batch = PostgresBatch(["SELECT 1/0", "SELECT * FROM later", "SELECT 3"])
            for _ in 0..<2 { #expect(await failure { try await client.execute(batch) }?.sqlState == "22012") }
            let query: PostgresQuery = "SELECT * FROM later"
            #expect(await failure { try await client.query(query) }?.sqlState == .undefinedTable)
            try await database.execute("CREATE TABLE later (id int)")
            #expect(try await client.query(query).isEmpty)
            #expect(try await client.query("SELECT 3").value(Int.self) == 3)
        }
    }

    @Test func scopesStayOnTheirConnections() async throws {
        try await withClient({ $0.maximumConnections = 4 }) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<32 { group.addTask { _ = try await client.query("SELECT pg_sleep(0.01)") } }
                try await group.waitForAll()
            }
            var homes: [String: Set<Int>] = [:]
            for _ in 0..<10 {
                for scope in ["a", "b", "c", "d"] {
                    let rows = try await client.execute(PostgresBatch(["SELECT pg_backend_pid()"], planScope: scope))
                    homes[scope, default: []].insert(try rows[0].value(Int.self))
                }
            }
            #expect(homes.values.allSatisfy { $0.count == 1 })
        }
    }
}
