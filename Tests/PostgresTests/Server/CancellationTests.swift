import Postgres
import Synchronization
import TestSupport
import Testing

/// Tasks that stop waiting.
@Suite struct CancellationTests {
    @Test func aThousandCancellationsLeaveConnectionsGoodAndAnswersApart() async throws {
        try await withClient({ $0.maximumConnections = 3 }) { client, _ in
            let tally = Tally()
            // Waves, so that some are cancelled before they are sent, some while they run and some after.
            for wave in 0..<20 {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let own = wave * 100 + number
                            await withTaskGroup(of: Void.self) { inner in
                                inner.addTask {
                                    do {
                                        let answer = try await client.query("SELECT \(own)::int").value(Int.self)
                                        #expect(answer == own)
                                        tally.answered.add(1, ordering: .relaxed)
                                    } catch let error as PostgresError where error.code == .cancelled {
                                        tally.cancelled.add(1, ordering: .relaxed)
                                    } catch {
                                        Issue.record(error)
                                    }
                                }
                                if number % 2 == 0 {
                                    for _ in 0..<Int.random(in: 0...60) { await Task.yield() }
                                    inner.cancelAll()
                                }
                            }
                        }
                    }
                }
            }
            let answered = tally.answered.load(ordering: .relaxed)
            let cancelled = tally.cancelled.load(ordering: .relaxed)
            #expect(answered + cancelled == 2000)
            #expect(cancelled > 0)
            #expect(answered >= 1000)
            #expect(client.statistics.connectionsLost == 0)
            #expect(client.statistics.connectionsOpened <= 3)
        }
    }

    @Test func aCancelledTaskIsToldAtOnceAndTheConnectionStays() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            try await withLock(in: database) { unlock in
                let error = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                    group.addTask { await failure { try await client.query(waitForLock) } }
                    try await waitForWaiter(in: database)
                    group.cancelAll()
                    return try await group.next() ?? nil
                }
                #expect(error?.code == .cancelled)
                #expect(error?.outcome == .unknown)
                // The statement was not cancelled on the server: it waits on.
                try await waitForWaiter(in: database)
                #expect(client.statistics.inFlight == 1)
                unlock()
            }
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
        }
    }

    @Test func aTaskThatIsCancelledAlreadySendsNothing() async throws {
        try await withClient { client, _ in
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    let error = await failure { try await client.query("SELECT 1") }
                    #expect(error?.code == .cancelled)
                    #expect(error?.outcome == .notSent)
                    let lease = await failure { try await client.withConnection { _ in } }
                    #expect(lease?.code == .cancelled)
                }
            }
            #expect(client.statistics.connectionsOpened == 0)
        }
    }

    @Test func aCancelledTransactionIsStoppedOnTheServer() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            let start = ContinuousClock.now
            let error = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    await failure {
                        try await client.withTransaction { transaction in
                            _ = try await transaction.query("INSERT INTO t VALUES (1)")
                            _ = try await transaction.query("SELECT pg_sleep(60)")
                        }
                    }
                }
                try await waitForSleep(in: database)
                group.cancelAll()
                return try await group.next() ?? nil
            }
            #expect(error?.code == .cancelled)
            #expect(try await client.query("SELECT count(*) FROM t").value(Int.self) == 0)
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aCancellationIsNotLostWhenItOvertakesItsStatement() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, _ in
            for _ in 0..<20 {
                // The deadline passes at about the time at which the server gets the statement.
                let error = await failure {
                    try await client.withConnection(deadline: .now + .milliseconds(3)) { lease in
                        _ = try await lease.query("SELECT pg_sleep(60)")
                    }
                }
                #expect(error?.code == .deadlineExceeded)
            }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func waitingForALeaseCanBeCancelled() async throws {
        try await withClient({ $0.maximumLeasedConnections = 1 }) { client, _ in
            try await client.withConnection { lease in
                let error = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                    group.addTask { await failure { try await client.withConnection { _ in } } }
                    try await eventually { client.statistics.waitingForLease == 1 }
                    group.cancelAll()
                    return try await group.next() ?? nil
                }
                #expect(error?.code == .cancelled)
                #expect(try await lease.query("SELECT 1").value(Int.self) == 1)
            }
        }
    }
}

/// What became of many tasks.
private final class Tally: Sendable {
    let answered = Atomic<Int>(0)
    let cancelled = Atomic<Int>(0)
}
