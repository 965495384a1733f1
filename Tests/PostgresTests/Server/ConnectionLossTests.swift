import LocalServers
import Postgres
import TestSupport
import Testing

/// Servers and connections that go away.
@Suite struct ConnectionLossTests {
    @Test func aKilledBackendFailsItsBatchAndNoOther() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, database in
            try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask { await failure { try await client.query("SELECT pg_sleep(20)") } }
                try await waitForSleep(in: database)
                try await database.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                )
                let error = try await group.next() ?? nil
                #expect(error?.code == .connectionLost)
                #expect(error?.outcome == .unknown)
                #expect((error?.cause as? PostgresError)?.sqlState == .adminShutdown)
            }
            #expect(try await client.query("SELECT 1").value(Int.self) == 1)
            #expect(client.statistics.connectionsLost == 1)
        }
    }

    @Test func idleConnectionsThatDieAreReplaced() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, database in
            for _ in 0..<5 {
                #expect(try await client.query("SELECT 1").value(Int.self) == 1)
                try await database.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postgres-tests' AND datname = current_database()"
                )
                try await eventually { client.statistics.open == 0 }
            }
            #expect(client.statistics.connectionsLost >= 5)
        }
    }

    @Test(arguments: [LocalPostgres.StopMode.immediate, .fast])
    func aRestartOfTheServerIsSurvived(mode: LocalPostgres.StopMode) async throws {
        try await TestPostgres.withCluster { cluster in
            try await withClient(of: cluster.uri()) { client in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            var failures = 0
                            while !Task.isCancelled {
                                do {
                                    _ = try await client.query("SELECT 1")
                                } catch let error as PostgresError {
                                    #expect([.connectionLost, .cancelled, .serverError].contains(error.code))
                                    if error.code != .cancelled { failures += 1 }
                                }
                            }
                            return failures
                        }
                    }
                    try await eventually { client.statistics.batches > 100 }
                    try await cluster.restart(mode)
                    let batches = client.statistics.batches
                    try await eventually { client.statistics.batches > batches + 100 }
                    group.cancelAll()
                    // A task can meet each of the dying connections once, and then waits for the server.
                    for try await failures in group { #expect(failures <= 16) }
                }
            }
        }
    }

    @Test func waitingRequestsSurviveAServerThatIsDown() async throws {
        try await TestPostgres.withCluster { cluster in
            try await withClient(of: cluster.uri()) { client in
                try await cluster.crash()
                try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask { try await client.query("SELECT 41 + 1").value(Int.self) }
                    let error = await failure {
                        try await client.query("SELECT 1", deadline: .now + .milliseconds(300))
                    }
                    #expect(error?.code == .deadlineExceeded)
                    #expect(error?.outcome == .notSent)
                    #expect((error?.cause as? PostgresError)?.code == .connectionFailed)
                    try await cluster.startAgain()
                    #expect(try await group.next() == 42)
                }
            }
        }
    }

    @Test(arguments: ["postgresql://u:hunter2@[h/d", "host=h password=hunter2 nonsense", "hunter2"])
    func aMalformedConnectionStringFailsAtOnceAndIsNotRepeated(text: String) async throws {
        try await withClient(of: text) { client in
            let error = await failure { try await client.query("SELECT 1") }
            #expect(error?.code == .invalidConfiguration)
            #expect(error.map { !String(reflecting: $0).contains("hunter2") } ?? false)
        }
    }

    @Test func wrongCredentialsFailAtOnce() async throws {
        let cluster = try await TestPostgres.shared()
        for uri in [
            cluster.uri(user: "nobody_of_that_name", password: "hunter2"), cluster.uri(database: "no_such_database"),
        ] {
            try await withClient(of: uri) { client in
                let error = await failure { try await client.query("SELECT 1") }
                #expect(error?.code == .connectionFailed)
                #expect(error?.outcome == .notSent)
                #expect(error?.sqlState == .invalidPassword || error?.sqlState == .undefinedDatabase)
                #expect(error.map { !String(reflecting: $0).contains("hunter2") } ?? false)
                let lease = await failure { try await client.withConnection { _ in } }
                #expect(lease?.code == .connectionFailed)
            }
        }
    }
}
