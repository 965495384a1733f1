import LocalServers
import Postgres
import TestSupport
import Testing

/// TLS between client and server, as connection strings ask for it.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
    private static let isEncrypted: PostgresQuery = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

    /// Why no connection could be opened.
    private func refusal(_ dsn: String) async throws -> PostgresError? {
        try await withClient(of: dsn) { client in
            var reason: PostgresError?
            try await eventually(within: .seconds(60)) {
                let error = await failure { try await client.query("SELECT 1", deadline: .now + .seconds(1)) }
                reason = error?.code == .connectionFailed ? error : error?.cause as? PostgresError
                return error == nil || reason != nil
            }
            return reason
        }
    }

    /// All at once, since each is tried again until its deadline.
    private func refusals(_ dsns: [String]) async throws -> [(dsn: String, error: PostgresError?)] {
        try await withThrowingTaskGroup(of: (String, PostgresError?).self) { group in
            for dsn in dsns { group.addTask { (dsn, try await self.refusal(dsn)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func theServersCertificateIsLookedAt() async throws {
        try await TLSCluster.use { tls in
            let trusted = "sslrootcert=\(tls.file("ca.crt"))"
            for dsn in [
                tls.dsn("sslmode=verify-full", trusted), tls.dsn(host: "localhost", "sslmode=verify-ca", trusted),
                tls.dsn("sslmode=require"),
            ] {
                try await withClient(of: dsn) { client in
                    let isEncrypted = try await client.query(Self.isEncrypted).value(Bool.self)
                    #expect(isEncrypted)
                    #expect(client.statistics.connectionsLost == 0)
                }
            }
            let stranger = "sslrootcert=\(tls.file("other-ca.crt"))"
            for (dsn, error) in try await self.refusals([
                // The right name, signed by somebody else.
                tls.dsn("sslmode=verify-full", stranger), tls.dsn("sslmode=verify-ca", stranger),
                // "require" looks at the certificate as soon as there is an authority.
                tls.dsn("sslmode=require", stranger),
                // Another server's name.
                tls.dsn(host: "localhost", "sslmode=verify-full", trusted),
                tls.dsn(host: "db.example.evil.test", "sslmode=verify-full", trusted),
                // In clear text.
                tls.dsn("sslmode=disable"),
            ]) {
                #expect(error?.code == .connectionFailed, "\(dsn)")
                #expect(error.map { !"\($0)".contains("db.example") } ?? false)
            }
        }
    }

    @Test func aServerWithoutTLSIsRefusedIfTLSIsAskedFor() async throws {
        let cluster = try await TestPostgres.shared()
        let modes = ["require", "verify-ca", "verify-full"].map { cluster.uri() + "?sslmode=\($0)" }
        for (dsn, error) in try await self.refusals(modes + modes.map { $0 + "&sslrootcert=/nonexistent" }) {
            #expect(error?.code == .connectionFailed, "\(dsn)")
        }
    }

    @Test func aClientIsKnownByItsCertificate() async throws {
        try await TLSCluster.use { tls in
            let trust = "sslmode=verify-full sslrootcert=\(tls.file("ca.crt"))"
            func pair(_ name: String) -> String {
                "sslcert=\(tls.file("\(name).crt")) sslkey=\(tls.file("\(name).key"))"
            }
            try await withClient(of: tls.dsn(user: "alice", trust, pair("alice"))) { client in
                let user = try await client.query("SELECT current_user::text").value(String.self)
                #expect(user == "alice")
            }
            try await tls.cluster.execute("CREATE ROLE bob LOGIN")
            for (dsn, error) in try await self.refusals([
                tls.dsn(user: "alice", trust), tls.dsn(user: "alice", trust, pair("mallory")),
                // Somebody else's certificate, however good.
                tls.dsn(user: "bob", trust, pair("alice")),
            ]) {
                #expect(error?.code == .connectionFailed, "\(dsn)")
            }
        }
    }

    /// Encrypted, what the server says in the midst of the rows is nothing that could be peeked at.
    @Test func rowsAreCopiedInAndRefusedOverTLS() async throws {
        try await TLSCluster.use { tls in
            try await tls.cluster.execute("CREATE TABLE t (id int PRIMARY KEY, text text)")
            let dsn = tls.dsn("sslmode=verify-full", "sslrootcert=\(tls.file("ca.crt"))")
            try await withClient(of: dsn, { $0.maximumConnections = 1 }) { client in
                let rows = AsyncValues<PostgresCopyRow> { $0 < 50_000 ? try PostgresCopyRow($0, "x\t\($0)") : nil }
                let count = try await client.withTransaction { try await $0.copyIn("COPY t FROM STDIN", rows: rows) }
                #expect(count == 50_000)
                let endless = AsyncValues<PostgresCopyRow> { try PostgresCopyRow(100_000 + $0 % 60_000, "y") }
                let error = await failure {
                    try await client.withTransaction { try await $0.copyIn("COPY t FROM STDIN", rows: endless) }
                }
                #expect(error?.sqlState == .uniqueViolation)
                #expect(try await client.query("SELECT count(*)::int FROM t").value(Int.self) == 50_000)
                #expect(client.statistics.connectionsLost == 0)
            }
        }
    }
}
