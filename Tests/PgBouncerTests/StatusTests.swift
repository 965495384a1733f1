import PgBouncer
import Testing

/// Figures out of what the console answers.
@Suite struct StatusTests {
    private struct Console {
        var version = "PgBouncer 1.26.1"
        var mode = "transaction"
        var maximumClients = "100"
        var active = "3"
        var waiting = "0"
        var wait = "0"
        var paused = "0"
        var disabled = "0"
        var prepared: String? = "0"

        var answers: [[PoolerAnswers.Row]] {
            [
                [["version": self.version]],
                [
                    ["key": "pool_mode", "value": self.mode], ["key": "max_client_conn", "value": self.maximumClients],
                ] + (self.prepared.map { [["key": "max_prepared_statements", "value": $0]] } ?? []),
                [
                    [
                        "name": "app", "pool_size": "20", "current_connections": "4", "paused": self.paused,
                        "disabled": self.disabled,
                    ], ["name": "pgbouncer", "pool_size": "2"],
                ],
                [
                    [
                        "database": "app", "user": "bulkhead_app", "cl_active": self.active,
                        "cl_waiting": self.waiting, "sv_active": "3", "sv_idle": "1", "sv_used": "2", "sv_tested": "1",
                        "sv_login": "1", "maxwait": self.wait, "maxwait_us": "250000", "pool_mode": self.mode,
                        "something_new": "x",
                    ], ["database": "pgbouncer", "user": "pgbouncer", "pool_mode": "statement"],
                ],
                [
                    [
                        "database": "app", "total_xact_count": "10", "total_query_count": "20", "total_received": "30",
                        "total_sent": "40", "total_xact_time": "50", "total_wait_time": "60",
                    ]
                ],
            ]
        }

        func status() throws -> PoolerStatus { try PoolerAnswers(self.answers).status() }
    }

    @Test func figures() throws {
        let status = try Console().status()
        #expect(status.version == "1.26.1" && status.maximumClients == 100 && status.warnings.isEmpty)
        let pool = try #require(status.pools.first)
        #expect(status.pools.count == 1 && pool.database == "app" && pool.user == "bulkhead_app")
        #expect(pool.clientsActive == 3 && pool.serversActive == 3 && pool.serversIdle == 4 && pool.serversOpening == 1)
        #expect(pool.longestWait == 0.25 && status.longestWait == 0.25 && status.clients == 3)
        let database = try #require(status.databases.first)
        #expect(status.databases.count == 1 && database.poolSize == 20 && database.connections == 4)
        #expect(!database.isPaused && !database.isDisabled)
        #expect(
            database.traffic
                == {
                    var traffic = PoolerStatus.Traffic()
                    (traffic.transactions, traffic.statements) = (10, 20)
                    (traffic.received, traffic.sent) = (30, 40)
                    (traffic.transactionTime, traffic.waitTime) = (50, 60)
                    return traffic
                }())
    }

    @Test func whatSomebodyShouldLookAt() throws {
        func warnings(_ change: (inout Console) -> Void) throws -> String {
            var console = Console()
            change(&console)
            return try console.status().warnings.joined(separator: " ")
        }
        #expect(try warnings { $0.mode = "session" }.contains("session, not transaction"))
        #expect(try warnings { $0.mode = "statement" }.contains("no tenant session can work"))
        #expect(try warnings { $0.paused = "1" }.contains("app is paused"))
        #expect(try warnings { $0.disabled = "1" }.contains("app is disabled"))
        // A wait of a moment is what a pool is for.
        #expect(try warnings { $0.waiting = "5" }.isEmpty)
        #expect(
            try warnings {
                $0.waiting = "5"
                $0.wait = "7"
            }.contains("5 client(s) of bulkhead_app wait for a connection to app, the first for 7 s"))
        #expect(try warnings { $0.active = "89" }.isEmpty)
        #expect(try warnings { $0.active = "90" }.contains("90 of 100"))
        #expect(try warnings { $0.version = "PgBouncer 1.18.0" }.contains("CVE-2026-107350"))
        #expect(try warnings { $0.prepared = "200" }.contains("max_prepared_statements is 200"))
        // Releases before 1.21 have no such word.
        #expect(try warnings { $0.prepared = nil }.isEmpty)
        #expect(try warnings { $0.version = "PgBouncer 1.12.0" }.contains("too old"))
        #expect(try warnings { $0.version = "Odyssey" }.contains("Odyssey is not known"))
    }

    @Test func anotherServerIsNoPooler() throws {
        #expect(throws: PoolerAnswers.Unknown.self) { try PoolerAnswers([]) }
        for missing in ["version", "cl_waiting", "maxwait", "paused", "total_xact_count"] {
            let answers = Console().answers.map { rows in
                rows.map { row in row.filter { $0.key != missing } }
            }
            let error = #expect(throws: PoolerAnswers.Unknown.self) { try PoolerAnswers(answers).status() }
            #expect(error?.description.contains(missing) == true)
        }
        var console = Console()
        console.active = "many"
        #expect(throws: PoolerAnswers.Unknown.self) { try console.status() }
    }
}
