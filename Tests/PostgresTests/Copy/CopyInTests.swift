import LocalServers
import Postgres
import TestSupport
import Testing

/// COPY from a sequence of rows.
@Suite(.timeLimit(.minutes(3))) struct CopyInTests {
    private struct Broken: Error {}

    private static func row(_ number: Int) -> [UInt8] { Array("\(number)\tname \(number)\n".utf8) }

    /// Rows without an end.
    private static let endless = AsyncValues { row($0) }

    private static func rows(_ count: Int) -> AsyncValues<[UInt8]> {
        AsyncValues { $0 < count ? row($0) : nil }
    }

    private static let copy: PostgresQuery = "COPY t (id, name) FROM STDIN"
    private static let table = "CREATE TABLE t (id int PRIMARY KEY, name text CHECK (name <> 'bad'))"

    @Test(arguments: [0, 1, 200_000]) func everythingArrives(count: Int) async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table)
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            try await client.withTransaction { transaction in
                let copied = try await transaction.copyIn(Self.copy, from: Self.rows(count))
                #expect(copied == count)
                let answer = try await transaction.query("SELECT count(*)::int FROM t").value(Int.self)
                #expect(answer == count)
            }
            let sum = try await client.query("SELECT count(*)::int, coalesce(sum(id), 0)::bigint FROM t").only()
            #expect(try sum[0].decode(Int.self) == count)
            #expect(try sum[1].decode(Int.self) == count * (count - 1) / 2)
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
        }
    }

    /// Where pieces end does not matter, nor how large they are.
    @Test func piecesNeedNotBeRows() async throws {
        try await withClient { client, database in
            try await database.execute(Self.table)
            var text: [UInt8] = []
            for number in 0..<60_000 { text += Self.row(number) }
            var pieces: [[UInt8]] = [Array(text.prefix(700_000)), []]
            var rest = text.dropFirst(700_000)
            while !rest.isEmpty {
                pieces.append(Array(rest.prefix(977)))
                rest = rest.dropFirst(977)
            }
            let values = AsyncValues(pieces)
            let count = try await client.withConnection { try await $0.copyIn(Self.copy, from: values) }
            #expect(count == 60_000)
            #expect(try await client.query("SELECT sum(id)::bigint FROM t").value(Int.self) == 60_000 * 59_999 / 2)
        }
    }

    /// The server stands still in the first row; what is asked for meanwhile is what fits into buffers.
    @Test func theSequenceWaitsForTheServer() async throws {
        try await withClient { client, database in
            try await database.execute(
                Self.table,
                """
                CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN IF NEW.id = 0 THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NEW; END$$
                """, "CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION wait()")
            let large = AsyncValues<[UInt8]> { number in
                number < 4000 ? Array("\(number)\t\(String(repeating: "x", count: 32_000))\n".utf8) : nil
            }
            try await withLock(in: database) { unlock in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask {
                        try await client.withConnection(deadline: .now + .seconds(150)) {
                            try await $0.copyIn(Self.copy, from: large)
                        }
                    }
                    try await waitForWaiter(in: database)
                    var last = 0
                    var unchanged = 0
                    try await eventually(within: .seconds(60)) {
                        let count = large.counter.value
                        unchanged = count == last ? unchanged + 1 : 0
                        last = count
                        return unchanged >= 10
                    }
                    // 4000 of 32 kB are 128 MB; the buffers of two sockets are a few.
                    #expect(last > 0 && last < 1000, "\(last)")
                    unlock()
                    #expect(try await group.next() == 4000)
                }
            }
        }
    }

    @Test func aSequenceThatThrowsRollsBack() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table)
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            let broken = AsyncValues<[UInt8]> { number in
                if number == 30_000 { throw Broken() }
                return Self.row(number)
            }
            await #expect(throws: Broken.self) {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (-1, 'first')")
                    try await transaction.copyIn(Self.copy, from: broken)
                }
            }
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 0)
            // A lease can go on.
            try await client.withConnection { lease in
                await #expect(throws: Broken.self) {
                    try await lease.copyIn(Self.copy, from: AsyncValues<[UInt8]> { _ in throw Broken() })
                }
                let copied = try await lease.copyIn(Self.copy, from: Self.rows(10))
                #expect(copied == 10)
            }
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 10)
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    /// The rows have no end, so that the test ends only if they are not asked for any more.
    @Test(arguments: [
        ("duplicate", "5\tagain\n", SQLState.uniqueViolation), ("check", "-1\tbad\n", .checkViolation),
        ("type", "x\ty\n", "22P02"), ("columns", "1\t2\t3\n", "22P04"),
    ]) func aRefusedRowEndsTheCopy(name: String, bad: String, state: SQLState) async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table)
            let pid = try await client.query("SELECT pg_backend_pid()").value(Int.self)
            let rows = AsyncValues<[UInt8]> { $0 == 20_000 ? Array(bad.utf8) : Self.row($0) }
            let error = await failure {
                try await client.withTransaction { try await $0.copyIn(Self.copy, from: rows) }
            }
            #expect(error?.sqlState == state, "\(name)")
            #expect(error?.outcome == .rolledBack)
            #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 0)
            #expect(try await client.query("SELECT pg_backend_pid()").value(Int.self) == pid)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    /// Notices are no failures: one a row, and some longer than any buffer of the server's.
    @Test func noticesDoNotEndTheCopy() async throws {
        try await withClient { client, database in
            try await database.execute(
                Self.table,
                """
                CREATE FUNCTION chat() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE NOTICE '% %', NEW.id, repeat('x', (NEW.id % 50) * 1000); RETURN NEW; END$$
                """, "CREATE TRIGGER chat BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION chat()")
            let count = try await client.withConnection { try await $0.copyIn(Self.copy, from: Self.rows(20_000)) }
            #expect(count == 20_000)
        }
    }

    /// A notice that arrives in parts holds the caller back; what the caller has brought meanwhile is not lost.
    @Test func noticesInPartsLoseNoRows() async throws {
        try await withClient { client, database in
            try await database.execute(
                Self.table,
                """
                CREATE FUNCTION chat() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                IF NEW.id % 8 = 0 THEN RAISE NOTICE '%', repeat('x', 40000); END IF; RETURN NEW;
                END$$
                """, "CREATE TRIGGER chat BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION chat()")
            // 200 pieces of 64 kB.
            let padding = String(repeating: "x", count: 1000)
            let rows = AsyncValues<[UInt8]> { number in
                // The notices get the time to come in between.
                await Task.yield()
                return number < 13_000 ? Array("\(number)\t\(number)\(padding)\n".utf8) : nil
            }
            let count = try await client.withConnection(deadline: .now + .seconds(150)) {
                try await $0.copyIn(Self.copy, from: rows)
            }
            #expect(count == 13_000)
            let sum = try await client.query(
                """
                SELECT count(*)::int, sum(id)::bigint, bool_and(name = id || repeat('x', 1000)) FROM t
                """
            ).only()
            #expect(try sum[0].decode(Int.self) == 13_000)
            #expect(try sum[1].decode(Int.self) == 13_000 * 12_999 / 2)
            #expect(try sum[2].decode(Bool.self))
        }
    }

    @Test func whatIsNoCopyFromInputIsRefused() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(Self.table, "INSERT INTO t SELECT n, 'x' FROM generate_series(1, 5000) n")
            try await client.withConnection { lease in
                for (query, code, state) in [
                    ("SELECT 1", PostgresError.Code.unsupported, nil), ("DELETE FROM t", .unsupported, nil),
                    ("COPY t FROM STDIN; DELETE FROM t", .serverError, SQLState.syntaxError),
                    ("COPY nothing FROM STDIN", .serverError, .undefinedTable),
                    ("COPY t TO STDOUT", .unsupported, nil),
                    ("COPY t FROM \("x")", .unsupported, nil),
                ] as [(PostgresQuery, PostgresError.Code, SQLState?)] {
                    let error = await failure { try await lease.copyIn(query, from: Self.endless) }
                    #expect(
                        error?.code == code && error?.sqlState == state, "\(query.sql) \(String(reflecting: error))")
                    let count = try await lease.query("SELECT count(*)::int FROM t").value(Int.self)
                    #expect(count == 5000)
                }
            }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    /// A failure before the first row must not leave one answer more than questions.
    @Test func aStatementTriggerThatRefusesLeavesTheConnectionInStep() async throws {
        try await withClient({ $0.maximumConnections = 1 }) { client, database in
            try await database.execute(
                Self.table,
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE EXCEPTION 'closed' USING ERRCODE = 'P0077'; END$$
                """, "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION refuse()")
            for number in 0..<20 {
                try await client.withConnection { lease in
                    let error = await failure { try await lease.copyIn(Self.copy, from: Self.rows(number * 50)) }
                    #expect(error?.sqlState == "P0077")
                    for value in 0..<5 {
                        let answer = try await lease.query("SELECT \(value)::int").value(Int.self)
                        #expect(answer == value)
                    }
                }
                #expect(try await client.query("SELECT \(number)::int").value(Int.self) == number)
            }
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test func rowLevelSecurityRefusesCopy() async throws {
        try await withClient { client, database in
            let role = database.name + "_r"
            try await database.execute(
                Self.table, "CREATE ROLE \(role)", "GRANT INSERT ON t TO \(role)",
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "CREATE POLICY p ON t WITH CHECK (true)")
            let error = await failure {
                try await client.withTransaction { transaction in
                    _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)")
                    return try await transaction.copyIn(Self.copy, from: Self.endless)
                }
            }
            #expect(error?.sqlState == .featureNotSupported)
            try await database.execute("DROP OWNED BY \(role)", "DROP ROLE \(role)")
        }
    }
}
