import Postgres
import TestSupport
import Testing

/// Deadlines and full queues.
@Suite struct DeadlineTests {
    @Test func aDeadlineInFlightLeavesTheOutcomeOpen() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            try await withLock(in: database) { unlock in
                let error = await failure {
                    try await client.query(waitForLock, deadline: .now + .milliseconds(500))
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(error?.outcome == .unknown)
                // It was not cancelled on the server.
                try await waitForWaiter(in: database)
                unlock()
            }
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
        }
    }

    @Test func aConnectionThatDoesNotAnswerInTheGracePeriodIsGivenUp() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.gracePeriod = .milliseconds(100)
        }) { client, _ in
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            let error = await failure {
                try await client.query("SELECT pg_sleep(20)", deadline: .now + .milliseconds(500))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) != pid)
            #expect(client.statistics.connectionsLost == 1)
        }
    }

    /// It would sleep on for an hour: a server notices that its client has left when it has something to say.
    @Test func aServerIsToldToStopWhatIsGivenUp() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.gracePeriod = .milliseconds(100)
        }) { client, database in
            // Connected beforehand: a deadline that passes before anything was sent leaves nothing to be told.
            _ = try await client.query("SELECT 1")
            let error = await failure {
                try await client.query("SELECT pg_sleep(3600)", deadline: .now + .seconds(2))
            }
            #expect(error?.code == .deadlineExceeded)
            try await eventually(within: .seconds(30)) { client.statistics.connectionsLost == 1 }
            try await waitForActivity("query LIKE '%pg_sleep%'", count: 0, in: database)
        }
    }

    @Test func aBatchThatWasNotSentIsKnownNotToBe() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.maximumBatchesInFlight = 1
        }) { client, database in
            try await withLock(in: database) { unlock in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await client.query(waitForLock) }
                    try await waitForWaiter(in: database)
                    let error = await failure {
                        try await client.query("SELECT 1", deadline: .now + .milliseconds(50))
                    }
                    #expect(error?.code == .deadlineExceeded)
                    #expect(error?.outcome == .notSent)
                    unlock()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func theQueueIsBounded() async throws {
        try await withClient({
            $0.maximumConnections = 1
            $0.maximumBatchesInFlight = 1
            $0.maximumQueuedBatches = 5
        }) { client, database in
            try await withLock(in: database) { unlock in
                try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                    group.addTask { await failure { try await client.query(waitForLock) } }
                    try await waitForWaiter(in: database)
                    for _ in 0..<20 { group.addTask { await failure { try await client.query("SELECT 1") } } }
                    for _ in 0..<15 {
                        let error = try await group.next() ?? nil
                        #expect(error?.code == .overloaded && error?.outcome == .notSent)
                    }
                    unlock()
                    for try await error in group { #expect(error == nil) }
                }
            }
        }
    }

    @Test func aLeaseHasOneDeadlineForAll() async throws {
        try await withClient { client, _ in
            let start = ContinuousClock.now
            let error = await failure {
                try await client.withConnection(deadline: .now + .milliseconds(200)) { lease in
                    #expect(try await lease.query("SELECT 1").value(Int.self) == 1)
                    _ = try await lease.query("SELECT pg_sleep(30)")
                }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(ContinuousClock.now - start < .seconds(10))
            try await eventually { client.statistics.leased == 0 }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func waitingForALeaseHasADeadline() async throws {
        try await withClient({ $0.maximumLeasedConnections = 1 }) { client, _ in
            try await client.withConnection { _ in
                let error = await failure {
                    try await client.withConnection(deadline: .now + .milliseconds(50)) { _ in }
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(error?.outcome == .notSent)
            }
        }
    }
}
