import Logging
import Postgres
import TestSupport
import Testing

/// LISTEN and NOTIFY.
@Suite struct NotificationTests {
    private func payload(_ event: PostgresNotificationEvent?) -> String? {
        if case .notification(let notification) = event { notification.payload } else { nil }
    }

    @Test func notificationsArrive() async throws {
        try await withClient { client, _ in
            var events = client.notifications(on: ["a b", "c"]).makeAsyncIterator()
            #expect(await events.next() == .listening)
            let pid = try await client.query("SELECT pg_backend_pid(), pg_notify('a b', \("1"))")[0][0].decode(
                Int32.self)
            _ = try await client.execute(
                PostgresBatch(["SELECT pg_notify('other', 'no')", "SELECT pg_notify('c', '')"]))
            #expect(await events.next() == .notification(PostgresNotification(channel: "a b", payload: "1", pid: pid)))
            #expect(payload(await events.next()) == "")
        }
    }

    @Test func subscriptionsShareAConnection() async throws {
        try await withClient { client, database in
            var first = client.notifications(on: ["a"]).makeAsyncIterator()
            var second = client.notifications(on: ["a", "b"]).makeAsyncIterator()
            #expect(await first.next() == .listening)
            #expect(await second.next() == .listening)
            try await database.execute("SELECT pg_notify('b', 'x')", "SELECT pg_notify('a', 'y')")
            #expect(payload(await first.next()) == "y")
            #expect(payload(await second.next()) == "x")
            #expect(payload(await second.next()) == "y")
            let listeners = try await database.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres-tests' AND datname = current_database()"
            )
            #expect(listeners.hasPrefix("1"))
        }
    }

    @Test func aLostConnectionIsReplacedAndSaysSo() async throws {
        try await withClient { client, database in
            var events = client.notifications(on: ["a"]).makeAsyncIterator()
            #expect(await events.next() == .listening)
            for number in 0..<2 {
                try await database.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postgres-tests' AND datname = current_database()"
                )
                #expect(await events.next() == .reconnected)
                try await database.execute("SELECT pg_notify('a', '\(number)')")
                #expect(payload(await events.next()) == "\(number)")
            }
        }
    }

    @Test func aSlowConsumerIsToldToReadAgain() async throws {
        try await withClient({ $0.maximumBufferedNotifications = 10 }) { client, database in
            var slow = client.notifications(on: ["a"]).makeAsyncIterator()
            #expect(await slow.next() == .listening)
            var quick = client.notifications(on: ["a"]).makeAsyncIterator()
            #expect(await quick.next() == .listening)
            for number in 0..<25 {
                try await database.execute("SELECT pg_notify('a', '\(number)')")
                #expect(payload(await quick.next()) == "\(number)")
            }
            #expect(await slow.next() == .reconnected)
            #expect(payload(await slow.next()) != nil)
        }
    }

    @Test func cancellationEndsTheIteration() async throws {
        try await withClient { client, database in
            await withTaskGroup(of: Int.self) { group in
                let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    var count = 0
                    for await _ in client.notifications(on: ["a"]) {
                        count += 1
                        continuation.finish()
                    }
                    return count
                }
                for await _ in stream {}
                group.cancelAll()
                #expect(await group.next() == 1)
            }
            // Nobody listens, so the connection is closed.
            try await waitForActivity("application_name = 'postgres-tests'", count: 0, in: database)
        }
    }

    @Test func theEndOfTheClientEndsTheIteration() async throws {
        try await TestPostgres.withDatabase { database in
            let client = PostgresClient(
                configuration: PostgresConfiguration(connectionString: database.uri), logger: Logger(label: "test"))
            var early = client.notifications(on: ["a"]).makeAsyncIterator()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                #expect(await early.next() == .listening)
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(await early.next() == nil)
            var late = client.notifications(on: ["a"]).makeAsyncIterator()
            #expect(await late.next() == nil)
        }
    }
}
