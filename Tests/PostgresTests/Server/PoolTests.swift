import Logging
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

/// Connections of the pool: which is used, for how long, and what one slow batch does to the others.
@Suite struct PoolTests {
    @Test func oneSlowBatchDelaysNobody() async throws {
        try await withClient({ $0.maximumConnections = 3 }) { client, database in
            for number in 0..<50 { _ = try await client.query("SELECT \(number)::int") }
            try await withLock(in: database) { unlock in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await client.query(waitForLock) }
                    try await waitForWaiter(in: database)
                    try await withThrowingTaskGroup(of: Void.self) { quick in
                        for number in 0..<100 {
                            quick.addTask {
                                let answer = try await client.query("SELECT \(number)::int").value(Int.self)
                                #expect(answer == number)
                            }
                        }
                        try await quick.waitForAll()
                    }
                    #expect(client.statistics.inFlight == 1)
                    unlock()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func connectionsAreReplacedAfterMuchUse() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.maximumConnectionUses = 10
        }) { client, _ in
            var pids: Set<Int> = []
            for _ in 0..<35 { pids.insert(try await client.query("SELECT pg_backend_pid()").value(Int.self)) }
            #expect((4...5).contains(pids.count))
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func connectionsAreReplacedWithAge() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.maximumConnectionAge = .milliseconds(300)
        }) { client, _ in
            let first = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            try await eventually { try await client.query("SELECT pg_backend_pid()").value(Int.self) != first }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func idleConnectionsAreClosed() async throws {
        try await withClient({ $0.maximumIdleTime = .milliseconds(100) }) { client, database in
            _ = try await client.query("SELECT 1")
            try await eventually { client.statistics.open == 0 }
            try await waitForActivity("application_name = 'postgres-tests'", count: 0, in: database)
            #expect(try await client.query("SELECT 1").value(Int.self) == 1)
        }
    }

    @Test func requestsBeforeTheStartWait() async throws {
        try await TestPostgres.withDatabase { database in
            let client = PostgresClient(
                configuration: PostgresConfiguration(connectionString: database.uri), logger: Logger(label: "test"))
            let early = await failure { try await client.query("SELECT 1", deadline: .now + .milliseconds(50)) }
            #expect(early?.code == .deadlineExceeded)
            #expect(early?.outcome == .notSent)
            try await withThrowingTaskGroup(of: Int?.self) { group in
                group.addTask { try await client.query("SELECT 5").value(Int.self) }
                group.addTask {
                    try await client.run()
                    return nil
                }
                #expect(try await group.next() == 5)
                let again = await failure { try await client.run() }
                #expect(again?.code == .unsupported)
                group.cancelAll()
                try await group.waitForAll()
            }
            let late = await failure { try await client.query("SELECT 1") }
            #expect(late?.code == .shutDown)
            let lease = await failure { try await client.withTransaction { _ in } }
            #expect(lease?.code == .shutDown)
        }
    }

    @Test func gracefulShutdownFinishesWhatIsUnderWay() async throws {
        try await TestPostgres.withDatabase { database in
            let client = PostgresClient(
                configuration: PostgresConfiguration(connectionString: database.uri), logger: Logger(label: "test"))
            let services = ServiceGroup(
                configuration: .init(services: [.init(service: client)], logger: Logger(label: "test")))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                try await withThrowingTaskGroup(of: Void.self) { work in
                    try await withLock(in: database) { unlock in
                        work.addTask {
                            try await client.withTransaction { transaction in
                                _ = try await transaction.query(waitForLock)
                                _ = try await transaction.query("SELECT 1")
                            }
                        }
                        work.addTask { _ = try await client.query(waitForLock) }
                        try await waitForActivity("wait_event = 'advisory'", count: 2, in: database)
                        await services.triggerGracefulShutdown()
                        try await eventually {
                            await failure { try await client.query("SELECT 1") }?.code == .shutDown
                        }
                        unlock()
                        try await work.waitForAll()
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.statistics.open == 0)
        }
    }

    @Test func stoppingTellsEverybody() async throws {
        try await TestPostgres.withDatabase { database in
            let client = PostgresClient(
                configuration: PostgresConfiguration(connectionString: database.uri), logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                try await withThrowingTaskGroup(of: PostgresError?.self) { work in
                    work.addTask { await failure { try await client.query("SELECT pg_sleep(20)") } }
                    work.addTask {
                        await failure { try await client.withTransaction { try await $0.query("SELECT pg_sleep(20)") } }
                    }
                    try await eventually { client.statistics.leased == 1 && client.statistics.inFlight == 1 }
                    group.cancelAll()
                    for try await error in work {
                        #expect(error?.code == .connectionLost || error?.code == .shutDown)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
