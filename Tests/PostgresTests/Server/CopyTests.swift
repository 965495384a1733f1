import Postgres
import TestSupport
import Testing

/// COPY to a sink.
@Suite struct CopyTests {
    private struct Full: Error {}

    @Test func everythingArrivesInOrderThoughTheSinkIsSlow() async throws {
        try await withClient { client, _ in
            var bytes = 0
            var lines = 0
            var chunks = 0
            var largest = 0
            try await client.withTransaction { transaction in
                try await transaction.copyOut(
                    "COPY (SELECT n, repeat('x', 90) FROM generate_series(1, 300000) AS n) TO STDOUT"
                ) { chunk in
                    #expect(chunk.last == UInt8(ascii: "\n"))
                    bytes += chunk.count
                    lines += chunk.count { $0 == UInt8(ascii: "\n") }
                    chunks += 1
                    largest = max(largest, chunk.count)
                    for _ in 0..<20 { await Task.yield() }
                }
                #expect(try await transaction.query("SELECT 1").value(Int.self) == 1)
            }
            #expect(lines == 300_000)
            #expect(bytes > 28_000_000)
            #expect(chunks > 100 && largest < 2 * 1024 * 1024)
        }
    }

    @Test func theServerWaitsForTheSink() async throws {
        try await withClient { client, database in
            try await withClient(of: database.uri) { observer in
                var isFirst = true
                try await client.withConnection { lease in
                    try await lease.copyOut(
                        "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 60000)) TO STDOUT"
                    ) { _ in
                        guard isFirst else { return }
                        isFirst = false
                        // Once all buffers are full the server does not get any further.
                        var last = 0
                        var unchanged = 0
                        try await eventually {
                            let rows = try await observer.query(
                                "SELECT tuples_processed FROM pg_stat_progress_copy WHERE datname = current_database()")
                            let count = try rows.value(Int.self)
                            unchanged = count == last ? unchanged + 1 : 0
                            last = count
                            return unchanged >= 10
                        }
                        #expect(last > 0 && last < 60_000)
                    }
                }
                #expect(!isFirst)
            }
        }
    }

    @Test func aSinkThatFailsEndsTheCopy() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            try await client.withConnection { lease in
                await #expect(throws: Full.self) {
                    try await lease.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in throw Full()
                    }
                }
                let answer = try await lease.query("SELECT 1").value(Int.self)
                #expect(answer == 1)
            }
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
        }
    }

    @Test func aCancelledCopyEnds() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, _ in
            let error = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    await failure {
                        try await client.withConnection { lease in
                            try await lease.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in
                                await Task.yield()
                            }
                        }
                    }
                }
                try await eventually { client.statistics.leased == 1 }
                group.cancelAll()
                return try await group.next() ?? nil
            }
            #expect(error?.code == .cancelled)
            #expect(try await client.query("SELECT 1").value(Int.self) == 1)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aCopyHasADeadline() async throws {
        try await withClient { client, _ in
            let error = await failure {
                try await client.withConnection(deadline: .now + .milliseconds(200)) { lease in
                    try await lease.copyOut("COPY (SELECT pg_sleep(30)) TO STDOUT") { _ in }
                }
            }
            #expect(error?.code == .deadlineExceeded)
            try await eventually { client.statistics.leased == 0 }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func errorsOfACopyAreErrors() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute("CREATE TABLE t (id int)")
            try await client.withConnection { lease in
                let missing = await failure { try await lease.copyOut("COPY nothing TO STDOUT") { _ in } }
                #expect(missing?.sqlState == .undefinedTable)
                let division = await failure {
                    try await lease.copyOut("COPY (SELECT 1/(n - 5000) FROM generate_series(1, 9999) n) TO STDOUT") {
                        _ in
                    }
                }
                #expect(division?.sqlState == "22012")
                let noCopy = await failure { try await lease.copyOut("SELECT 1") { _ in } }
                #expect(noCopy?.code == .unsupported)
                let input = await failure { try await lease.copyOut("COPY t FROM STDIN") { _ in } }
                #expect(input?.code == .serverError)
                let bound = await failure { try await lease.copyOut("COPY t TO \("x")") { _ in } }
                #expect(bound?.code == .unsupported)
                let answer = try await lease.query("SELECT 1").value(Int.self)
                #expect(answer == 1)
            }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aConnectionThatDiesEndsTheCopy() async throws {
        try await withClient { client, database in
            let error = await failure {
                try await client.withConnection { lease in
                    let pid = try await lease.query("SELECT pg_backend_pid()").value(Int.self)
                    try await lease.copyOut("COPY (SELECT generate_series(1, 100000000)) TO STDOUT") { _ in
                        try await database.execute("SELECT pg_terminate_backend(\(pid))")
                    }
                }
            }
            #expect(error?.code == .connectionLost || error?.sqlState == .adminShutdown)
            let answer = try await client.query("SELECT 1").value(Int.self)
            #expect(answer == 1)
        }
    }
}
