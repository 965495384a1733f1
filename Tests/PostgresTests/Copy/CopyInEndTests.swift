import LocalServers
import Postgres
import TestSupport
import Testing

/// Ends of a COPY that nobody asked for: deadline, cancellation, a dead backend.
@Suite(.timeLimit(.minutes(3))) struct CopyInEndTests {
    private static let copy: PostgresQuery = "COPY t FROM STDIN"
    private static let table = "CREATE TABLE t (id int)"
    private static let endless = AsyncValues<[UInt8]> { Array("\($0)\n".utf8) }

    @Test func aCopyHasADeadline() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table)
            let error = await failure {
                try await client.withConnection(deadline: .now + .seconds(1)) {
                    try await $0.copyIn(Self.copy, from: Self.endless)
                }
            }
            #expect(error?.code == .deadlineExceeded && error?.outcome == .rolledBack)
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 0)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    /// The table is locked by somebody else: the COPY does not even begin.
    @Test func aCopyThatWaitsForALockHasADeadline() async throws {
        try await withClient({ $0.maximumConnections = 2 }) { client, database in
            try await database.execute(Self.table)
            try await client.withTransaction { transaction in
                _ = try await transaction.query("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
                let error = await failure {
                    try await client.withConnection(deadline: .now + .milliseconds(500)) {
                        try await $0.copyIn(Self.copy, from: Self.endless)
                    }
                }
                #expect(error?.code == .deadlineExceeded)
            }
            try await eventually(within: .seconds(30)) { client.statistics.leased == 0 }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    /// Nobody takes rows at the moment, so that the end of the COPY cannot even be sent.
    @Test func aCopyThatTheServerDoesNotReadHasADeadline() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(
                Self.table,
                """
                CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN PERFORM pg_sleep(600); RETURN NEW; END$$
                """, "CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION wait()")
            let large = AsyncValues<[UInt8]> { _ in Array(repeating: UInt8(ascii: "1"), count: 9) + [UInt8(ascii: "\n")]
            }
            let error = await failure {
                try await client.withConnection(deadline: .now + .seconds(2)) {
                    try await $0.copyIn(Self.copy, from: large)
                }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 0)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func aCancelledCopyEnds() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table)
            let rows = AsyncValues<[UInt8]> { Array("\($0)\n".utf8) }
            let error = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    await failure { try await client.withConnection { try await $0.copyIn(Self.copy, from: rows) } }
                }
                try await eventually(within: .seconds(30)) { rows.counter.value > 100_000 }
                group.cancelAll()
                return try await group.next() ?? nil
            }
            #expect(error?.code == .cancelled)
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 0)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test(arguments: [false, true]) func aBackendThatDiesEndsTheCopy(isKilled: Bool) async throws {
        try await TestPostgres.withCluster { cluster in
            try await cluster.execute(Self.table)
            try await withClient(of: cluster.uri()) { client in
                let error = await failure {
                    try await client.withTransaction { transaction in
                        let pid = try await transaction.query("SELECT pg_backend_pid()").value(Int32.self)
                        let rows = AsyncValues<[UInt8]> { number in
                            if number == 50_000 {
                                if isKilled {
                                    try await cluster.kill(backend: pid)
                                } else {
                                    try await cluster.execute("SELECT pg_terminate_backend(\(pid))")
                                }
                            }
                            return Array("\(number)\n".utf8)
                        }
                        return try await transaction.copyIn(Self.copy, from: rows)
                    }
                }
                let lost = (error?.cause as? PostgresError) ?? error
                #expect(
                    lost?.code == .connectionLost || lost?.sqlState == .adminShutdown, "\(String(reflecting: error))")
                try await eventually(within: .seconds(60)) {
                    // The server begins anew after a killed backend, and refuses meanwhile.
                    guard let rows = try? await client.query("SELECT count(*)::int FROM t") else { return false }
                    return try rows.value(Int.self) == 0
                }
            }
        }
    }
}
