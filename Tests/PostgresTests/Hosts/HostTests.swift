import LocalServers
import Postgres
import TestSupport
import Testing

/// Connection strings with several hosts, with real servers behind.
@Suite(.timeLimit(.minutes(4))) struct HostTests {
    private static func uri(_ ports: Int..., of cluster: LocalPostgres, attributes: String = "any") -> String {
        let hosts = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        let login = "\(cluster.superuser):\(cluster.superuserPassword)"
        return "postgresql://\(login)@\(hosts)/postgres?target_session_attrs=\(attributes)"
    }

    private static let port: PostgresQuery = "SELECT current_setting('port')::int"

    private static func expect(
        _ port: Int, of client: PostgresClient, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await client.query(Self.port).value(Int.self)
        #expect(found == port, sourceLocation: sourceLocation)
    }

    /// Who waits in vain is told at the end why no connection could be opened.
    private static func expectRefusal(of client: PostgresClient) async throws {
        try await eventually(within: .seconds(60)) {
            let error = await failure { try await client.query(Self.port, deadline: .now + .seconds(1)) }
            #expect(error?.code == .deadlineExceeded)
            return (error?.cause as? PostgresError)?.code == .connectionFailed
        }
    }

    @Test func aHostThatIsDownIsPassedOver() async throws {
        let cluster = try await TestPostgres.shared()
        let down = try FreePort.reserve()
        try await withClient(of: Self.uri(down, cluster.port, of: cluster)) { client in
            try await Self.expect(cluster.port, of: client)
        }
        try await withClient(of: Self.uri(down, of: cluster)) { client in
            try await Self.expectRefusal(of: client)
        }
    }

    /// libpq alone would wait for the first host until the end of the deadline.
    @Test func aHostThatSaysNothingIsPassedOverAndNotAskedAgain() async throws {
        let cluster = try await TestPostgres.shared()
        let silent = try SilentListener()
        try await withClient(
            of: Self.uri(silent.port, cluster.port, of: cluster),
            {
                $0.maximumConnections = 1
                $0.connectTimeout = .seconds(5)
                $0.maximumConnectionUses = 1
            }
        ) { client in
            for _ in 0..<10 { try await Self.expect(cluster.port, of: client) }
            try await eventually { client.statistics.connectionsOpened >= 5 }
            #expect(silent.callers() == 1)
        }
    }

    @Test func theConnectionStringMaySayHowLongAHostIsWaitedFor() async throws {
        let cluster = try await TestPostgres.shared()
        let silent = try SilentListener()
        let uri = Self.uri(silent.port, cluster.port, of: cluster) + "&connect_timeout=1"
        try await withClient(of: uri, { $0.connectTimeout = .seconds(3600) }) { client in
            try await Self.expect(cluster.port, of: client)
        }
    }

    @Test func aServerThatStandsStillIsPassedOver() async throws {
        let cluster = try await TestPostgres.shared()
        try await TestPostgres.withCluster { hanging in
            // Both have the same users, with other passwords.
            try await hanging.execute(
                "ALTER ROLE \(hanging.superuser) PASSWORD '\(cluster.superuserPassword)'")
            try await withClient(
                of: Self.uri(hanging.port, cluster.port, of: cluster), { $0.connectTimeout = .seconds(5) }
            ) { client in
                try await Self.expect(hanging.port, of: client)
                try await hanging.pause()
                let error = await failure { try await client.query("SELECT 1", deadline: .now + .seconds(1)) }
                #expect(error?.code == .deadlineExceeded)
                // The connection that does not answer is given up after the grace time; then the other host is asked.
                try await eventually(within: .seconds(60)) {
                    let answer = await failure { try await client.query(Self.port, deadline: .now + .seconds(5)) }
                    guard answer == nil else { return false }
                    return try await client.query(Self.port).value(Int.self) == cluster.port
                }
                try await hanging.resume()
            }
        }
    }

    /// Cancel requests are not answered either, and nobody waits for them.
    @Test func aClientEndsThoughTheServerStandsStill() async throws {
        try await TestPostgres.withCluster { hanging in
            try await withClient(of: hanging.uri(), { $0.gracePeriod = .milliseconds(200) }) { client in
                let error = await failure {
                    try await client.withConnection(deadline: .now + .seconds(1)) { lease in
                        _ = try await lease.query("SELECT 1")
                        try await hanging.pause()
                        return try await lease.query("SELECT 2")
                    }
                }
                #expect(error?.code == .deadlineExceeded)
                try await eventually(within: .seconds(30)) { client.statistics.leased == 0 }
            }
            try await hanging.resume()
        }
    }

    @Test func thePrimaryIsChosenOrTheStandby() async throws {
        try await TestPostgres.withCluster { primary in
            try await primary.withStandby { standby in
                for (attributes, port) in [
                    ("read-write", primary.port), ("primary", primary.port), ("standby", standby.port),
                    ("read-only", standby.port), ("prefer-standby", standby.port), ("any", standby.port),
                ] {
                    let uri = Self.uri(standby.port, primary.port, of: primary, attributes: attributes)
                    try await withClient(of: uri) { client in
                        try await Self.expect(port, of: client)
                    }
                }
                // A primary that only reads is passed over as well.
                try await primary.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
                let readOnly = Self.uri(standby.port, primary.port, of: primary, attributes: "read-write")
                try await withClient(of: readOnly) { client in
                    try await Self.expectRefusal(of: client)
                    try await primary.execute(
                        "SET transaction_read_only = off", database: "template1")
                    try await primary.execute(
                        "ALTER DATABASE postgres RESET default_transaction_read_only", database: "template1")
                    try await Self.expect(primary.port, of: client)
                }
                try await standby.stop(.immediate)
                let prefer = Self.uri(standby.port, primary.port, of: primary, attributes: "prefer-standby")
                try await withClient(of: prefer) { client in
                    try await Self.expect(primary.port, of: client)
                }
            }
        }
    }

    /// The primary dies while it is written to; the standby takes over; the client finds it by itself.
    @Test func aFailoverIsFollowed() async throws {
        try await TestPostgres.withCluster(settings: ["synchronous_commit": "remote_write"]) { primary in
            try await primary.execute("CREATE TABLE t (id int PRIMARY KEY)")
            try await primary.withStandby { standby in
                let uri = Self.uri(primary.port, standby.port, of: primary, attributes: "read-write")
                try await withClient(of: uri, { $0.connectTimeout = .seconds(5) }) { client in
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        for writer in 0..<4 { group.addTask { await Self.write(writer, with: client) } }
                        try await eventually(within: .seconds(30)) { client.statistics.batches > 50 }
                        try await primary.crash()
                        try await standby.execute("SELECT pg_promote(true, 60)")
                        let before = client.statistics.batches
                        try await eventually(within: .seconds(60)) { client.statistics.batches > before + 50 }
                        group.cancelAll()
                        for try await acknowledged in group { #expect(acknowledged > 0) }
                    }
                    try await Self.expect(standby.port, of: client)
                    #expect(try await client.query("SELECT pg_is_in_recovery()").value(Bool.self) == false)
                }
            }
        }
    }

    /// Returns how many rows were acknowledged.
    private static func write(_ writer: Int, with client: PostgresClient) async -> Int {
        var acknowledged = 0
        var number = 0
        while !Task.isCancelled {
            number += 1
            let id = writer * 1_000_000 + number
            let error = await failure {
                try await client.query("INSERT INTO t VALUES (\(id))", deadline: .now + .seconds(20))
            }
            guard let error else {
                acknowledged += 1
                continue
            }
            #expect(
                [.connectionLost, .cancelled, .deadlineExceeded].contains(error.code)
                    || error.sqlState == .adminShutdown
                    || error.sqlState == .readOnlyTransaction, "\(String(reflecting: error))")
        }
        return acknowledged
    }
}
