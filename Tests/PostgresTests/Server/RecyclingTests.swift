import Postgres
import TestSupport
import Testing

/// Connections that end while others wait for them, and statements whose cost changes.
@Suite(.timeLimit(.minutes(3))) struct RecyclingTests {
    enum Reason: CaseIterable, Sendable {
        case use, age
    }

    /// Everything is answered, by the right backend's session or another; never more backends than allowed.
    @Test(arguments: Reason.allCases) func noBatchIsLostWithItsConnection(reason: Reason) async throws {
        try await withClient({
            $0.maximumConnections = 4
            $0.maximumLeasedConnections = 2
            if reason == .use { $0.maximumConnectionUses = 20 } else { $0.maximumConnectionAge = .milliseconds(50) }
        }) { client, database in
            var pids: Set<Int> = []
            // On a busy machine it takes longer until so many have come and gone.
            try await eventually(within: .seconds(120)) {
                try await withThrowingTaskGroup(of: Set<Int>.self) { group in
                    for worker in 0..<16 {
                        group.addTask { try await Self.work(worker, with: client) }
                    }
                    for try await seen in group { pids.formUnion(seen) }
                }
                return pids.count > 12
            }
            #expect(client.statistics.errors == 0)
            #expect(client.statistics.connectionsLost == 0)
            #expect(client.statistics.open <= 4)
            // Those that were closed need a moment until the server has let them go.
            try await waitForActivity("application_name = 'postgres-tests'", count: 4, in: database, orLess: true)
        }
    }

    /// Returns the backends that it met.
    private static func work(_ worker: Int, with client: PostgresClient) async throws -> Set<Int> {
        var pids: Set<Int> = []
        for round in 0..<60 {
            #expect(client.statistics.open + client.statistics.connecting <= 4)
            let number = worker * 1000 + round
            if round % 10 == 9 {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("SELECT set_config('test.number', \("\(number)"), true)")
                    let kept = try await transaction.query("SELECT current_setting('test.number')").value(String.self)
                    #expect(kept == "\(number)")
                }
                continue
            }
            let batch = PostgresBatch(
                ["SELECT \(number)::int", "SELECT pg_backend_pid()"], planScope: "scope \(worker % 5)")
            let rows = try await client.execute(batch)
            #expect(try rows[0].value(Int.self) == number)
            pids.insert(try rows[1].value(Int.self))
        }
        return pids
    }

    /// That a statement was quick a hundred times does not make it quick the next time.
    @Test func aQuickStatementThatIsSlowForOnceDelaysNobody() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, database in
            let shared: PostgresQuery = "SELECT pg_advisory_xact_lock_shared(7)"
            for _ in 0..<100 { _ = try await client.query(shared) }
            for number in 0..<50 { _ = try await client.query("SELECT \(number)::int") }
            try await withLock(in: database) { unlock in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await client.query(shared) }
                    try await waitForWaiter(in: database)
                    for number in 0..<200 {
                        let answer = try await client.query("SELECT \(number)::int").value(Int.self)
                        #expect(answer == number)
                    }
                    #expect(client.statistics.inFlight == 1)
                    unlock()
                    try await group.waitForAll()
                }
            }
            #expect(client.statistics.errors == 0)
        }
    }

    /// Its plans go with the connection, and are made again on the next.
    @Test func aScopeFindsANewHome() async throws {
        try await withClient({ $0.maximumConnections = 3 }) { client, database in
            try await database.execute("CREATE SCHEMA a", "CREATE TABLE a.t AS SELECT 1 AS n")
            let batch = PostgresBatch(
                ["SET LOCAL search_path = a", "SELECT n, pg_backend_pid() FROM t"], transaction: .explicit(.readOnly),
                planScope: "a")
            var homes: Set<Int> = []
            for _ in 0..<4 {
                var home = 0
                for _ in 0..<5 {
                    let row = try await client.execute(batch)[1].only()
                    #expect(try row[0].decode(Int.self) == 1)
                    home = try row[1].decode(Int.self)
                    homes.insert(home)
                }
                let lost = client.statistics.connectionsLost
                try await database.execute("SELECT pg_terminate_backend(\(home))")
                try await eventually { client.statistics.connectionsLost > lost }
            }
            #expect(homes.count == 4)
        }
    }
}
