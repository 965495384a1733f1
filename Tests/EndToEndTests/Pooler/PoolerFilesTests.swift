import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// What `bulkhead pgbouncer config` writes, run by a real PgBouncer as it is.
@Suite struct PoolerFilesTests {
    private static func password(_ deployment: Deployment) throws -> String {
        try #require(URLComponents(string: deployment.appURL)?.password)
    }

    private static func url(_ url: String, user: String? = nil, password: String? = nil, database: String? = nil)
        throws -> String
    {
        var parts = try #require(URLComponents(string: url))
        if let user { parts.user = user }
        if let password { parts.password = password }
        if let database { parts.path = "/" + database }
        return try #require(parts.string)
    }

    @Test(.timeLimit(.minutes(3))) func passwordsAreCheckedAsPostgreSQLDoes() async throws {
        try await Deployment.use { deployment in
            for options in [WrittenPooler.superuser(deployment), []] {
                try await WrittenPooler.use(deployment, options) { pooler in
                    let url = try pooler.appURL(deployment)
                    let works = try await Psql.run(url, "SELECT current_user || ' ' || current_database()")
                    #expect(works.output == "bulkhead_app app\n", "\(works.testDescription)")
                    let wrong = try await Psql.run(try Self.url(url, password: "wrong"), "SELECT 1")
                    #expect(
                        wrong.status != 0 && wrong.errors.contains("SASL authentication failed"),
                        "\(wrong.testDescription)")
                    let elsewhere = try await Psql.run(try Self.url(url, database: "postgres"), "SELECT 1")
                    #expect(elsewhere.status != 0, "\(elsewhere.testDescription)")
                    // The catalog's role has no way through it, with its own password.
                    let control = try #require(URLComponents(string: deployment.controlURL)?.password)
                    let other = try await Psql.run(
                        try Self.url(url, user: "bulkhead_control", password: control), "SELECT 1")
                    #expect(other.status != 0, "\(other.testDescription)")
                    // A password that PostgreSQL does not know any more opens nothing new.
                    let usesVerifier = !options.isEmpty
                    #expect(
                        try pooler.text("userlist.txt").contains("\"bulkhead_app\" \"SCRAM-SHA-256$") == usesVerifier)
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func filesAreTheirOwnersAndNothingSecretIsPrinted() async throws {
        try await Deployment.use { deployment in
            try await WrittenPooler.use(deployment, WrittenPooler.superuser(deployment), isStarted: false) { pooler in
                let owner = try UnprivilegedUser.current()?.uid ?? getuid()
                for name in ["", "userlist.txt", "status.url", "pgbouncer.ini"] {
                    let found = try FileManager.default.attributesOfItem(
                        atPath: name.isEmpty ? pooler.folder.path : pooler.path(name))
                    let mode = found[.posixPermissions] as? Int
                    #expect(mode == (name.isEmpty ? 0o700 : 0o600), "\(name)")
                    #expect(found[.ownerAccountID] as? Int == Int(owner), "\(name)")
                }
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: pooler.folder.path).sorted()
                        == ["pgbouncer.ini", "status.url", "userlist.txt"])
                let users = try pooler.text("userlist.txt")
                #expect(users.split(separator: "\n").count == 2)
                let statistics = try #require(URLComponents(string: try pooler.text("status.url"))?.password)
                let secrets = [try Self.password(deployment), statistics, "SCRAM-SHA-256"]
                let printed = [pooler.outcome.output, pooler.outcome.errors, try pooler.text("pgbouncer.ini")]
                let again = try await deployment.command(
                    ["pgbouncer", "config", "--json"] + WrittenPooler.superuser(deployment))
                for text in printed + [again.output, again.errors] {
                    for secret in secrets { #expect(!text.contains(secret)) }
                }
                #expect(!users.contains(try Self.password(deployment)) && !users.contains(statistics))
                #expect(pooler.outcome.says("CVE-2026-107350"), "\(pooler.outcome.testDescription)")
                #expect(
                    pooler.outcome.output.split(separator: "\n").allSatisfy {
                        $0.count <= 80 || $0.contains("/") || $0.contains("URL=")
                    })

                try await Self.expectNoOverwriting(pooler, deployment)
            }
        }
    }

    private static func expectNoOverwriting(_ pooler: WrittenPooler, _ deployment: Deployment) async throws {
        let before = try ["userlist.txt", "status.url", "pgbouncer.ini"].map { try pooler.text($0) }
        let command = ["pgbouncer", "config", "--output", pooler.folder.path, "--port", "\(pooler.port)"]
        let refused = try await deployment.command(command)
        #expect(refused.status == 1 && refused.says("--force"), "\(refused.testDescription)")
        #expect(try ["userlist.txt", "status.url", "pgbouncer.ini"].map { try pooler.text($0) } == before)
        // A link that somebody has put in the place of a file is replaced, not followed.
        let victim = pooler.folder.deletingLastPathComponent().appendingPathComponent("victim")
        try Data("untouched".utf8).write(to: victim)
        try FileManager.default.removeItem(atPath: pooler.path("userlist.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: pooler.path("userlist.txt"), withDestinationPath: victim.path)
        let linked = try await deployment.command(command)
        #expect(linked.status == 1 && linked.says("--force"))
        let forced = try await deployment.command(command + ["--force"])
        #expect(forced.status == 0, "\(forced.testDescription)")
        #expect(try String(contentsOf: victim, encoding: .utf8) == "untouched")
        #expect(try pooler.text("userlist.txt") != before[0] && pooler.text("status.url") != before[1])
        // Others could put a user list of theirs in its place.
        chmod(pooler.folder.path, 0o770)
        let open = try await deployment.command(command + ["--force"])
        #expect(open.status == 1 && open.says("can be written by others"), "\(open.testDescription)")
        chmod(pooler.folder.path, 0o700)
    }

    /// The verifier is good for the server only while it is, to the letter, the server's.
    @Test(.timeLimit(.minutes(3))) func aPasswordThatHasChangedIsWrittenAgain() async throws {
        try await Deployment.use { deployment in
            let options = WrittenPooler.superuser(deployment)
            try await WrittenPooler.use(deployment, options) { pooler in
                let password = try Self.password(deployment)
                let url = try pooler.appURL(deployment)
                #expect(try await Psql.run(url, "SELECT 1").status == 0)
                // The same password, and another salt.
                try await deployment.cluster.execute(
                    "ALTER ROLE bulkhead_app PASSWORD '\(password)'",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bulkhead_app'",
                    database: "app")
                let stale = try await Psql.run(url, "SELECT 1")
                #expect(stale.status != 0, "\(stale.testDescription)")
                let command = [
                    "pgbouncer", "config", "--output", pooler.folder.path, "--port", "\(pooler.port)",
                    "--socket-folder",
                    pooler.folder.path, "--force",
                ]
                #expect(try await deployment.command(command + options).status == 0)
                #expect(try await pooler.administer("RELOAD").status == 0)
                try await eventually(within: .seconds(30)) { try await Psql.run(url, "SELECT 1").status == 0 }

                // Another password than the one the servers have: said at once.
                try await deployment.cluster.execute("ALTER ROLE bulkhead_app PASSWORD 'another'", database: "app")
                let other = try await deployment.command(command + options)
                #expect(
                    other.status == 0 && other.says("is not the one that PostgreSQL knows"), "\(other.testDescription)")
                try await deployment.cluster.execute(
                    "SET password_encryption = md5; ALTER ROLE bulkhead_app PASSWORD 'another'", database: "app")
                let md5 = try await deployment.command(command + options)
                #expect(md5.status == 1 && md5.says("no SCRAM verifier"), "\(md5.testDescription)")
                let nobody = try await deployment.command(command + ["--superuser-url", deployment.controlURL])
                #expect(nobody.status == 1 && nobody.says("permission denied"), "\(nobody.testDescription)")
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func whoLooksAtFiguresMayDoNothingElse() async throws {
        try await Deployment.use { deployment in
            try await WrittenPooler.use(deployment, WrittenPooler.superuser(deployment)) { pooler in
                let console = try pooler.text("status.url").trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(try await Psql.run(console, "SHOW POOLS").status == 0)
                for order in ["PAUSE", "RELOAD", "SHUTDOWN", "KILL app", "SET pool_mode = 'session'", "DISABLE app"] {
                    let outcome = try await Psql.run(console, order)
                    #expect(outcome.status != 0 && outcome.errors.contains("admin access needed"), "\(order)")
                }
                let rows = try await Psql.run(try Self.url(console, database: "app"), "SELECT 1")
                #expect(rows.status != 0, "\(rows.testDescription)")
                // Over TCP nobody is the administrator, and tenants' role not even sees figures.
                let app = try Self.url(try pooler.appURL(deployment), database: "pgbouncer")
                for url in [app, try Self.url(app, user: "pgbouncer")] {
                    #expect(try await Psql.run(url, "SHOW POOLS").status != 0)
                }
                #expect(try await pooler.administer("SHOW POOLS").status == 0)
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func sizesComeFromTiersConfigurationAndServer() async throws {
        try await Deployment.use(postgres: ["max_connections": "60"]) { deployment in
            func ini(_ options: [String] = [], _ settings: [String: String] = [:]) async throws -> String {
                let outcome = try await deployment.command(["pgbouncer", "config"] + options, settings)
                try #require(outcome.status == 0, "\(outcome.testDescription)")
                return outcome.output
            }
            // 16 connections of one server; 60 - 3 - (8 + 2 + 1) - 10 = 36 available; 2 x 16 promised.
            let one = try await ini()
            #expect(one.contains("default_pool_size = 16\n") && one.contains("max_client_conn = 42\n"))
            #expect(one.contains("60 (max_connections, as read) - 3"))
            #expect(try await ini(["--servers", "2"]).contains("default_pool_size = 25\n"))
            #expect(try await ini([], ["APP_DATABASE_CONNECTIONS": "60"]).contains("default_pool_size = 32\n"))
            // Another promise of the tiers.
            try await deployment.cluster.execute(
                """
                UPDATE public.system_config SET value = (value::jsonb || '{"maximumConcurrency": 5}')
                WHERE key LIKE 'tier.%'
                """, database: "app")
            #expect(try await ini().contains("default_pool_size = 10\n"))
            // Connections of tenants' own, of which there are 20 a server: 16 + 20 clients, 10 + 20 promised.
            try await deployment.cluster.execute(
                """
                UPDATE public.system_config SET value = (value::jsonb || '{"dedicatedConnections": 2}')
                WHERE key = 'tier.enterprise'
                """, database: "app")
            let own = ["APP_DATABASE_DEDICATED_CONNECTIONS": "20"]
            #expect(try await ini([], own).contains("default_pool_size = 30\n"))
            #expect(try await ini(["--pool-size", "36"]).contains("default_pool_size = 36\n"))
            let large = try await deployment.command("pgbouncer", "config", "--pool-size", "37")
            #expect(large.status == 1 && large.says("PostgreSQL has 36 connections left"), "\(large.testDescription)")
            // Nobody to ask: what is assumed is said.
            let away = ["DATABASE_URL": "postgresql://bulkhead_control:x@127.0.0.1:1/app"]
            let assumed = try await deployment.command(["pgbouncer", "config"], away)
            #expect(assumed.status == 0 && assumed.errors.contains("max_connections could not be read"))
            #expect(assumed.output.contains("100 (max_connections, ASSUMED)"), "\(assumed.testDescription)")
        }
    }

    /// Tiers that nobody can read for a while hold the command up for seconds, and then are assumed.
    @Test(.timeLimit(.minutes(3))) func aCatalogThatIsLockedIsNotWaitedFor() async throws {
        try await Deployment.use { deployment in
            try await Superuser.use(deployment.superuserURL) { client in
                try await client.withTransaction(deadline: .now + .seconds(120)) { holder in
                    _ = try await holder.query("LOCK TABLE public.system_config IN ACCESS EXCLUSIVE MODE")
                    let start = ContinuousClock.now
                    let outcome = try await deployment.command("pgbouncer", "config")
                    #expect(outcome.status == 0 && outcome.output.contains("ASSUMED"), "\(outcome.testDescription)")
                    // The deadline of other questions is 30 s.
                    #expect(start.duration(to: .now) < .seconds(29))
                }
            }
        }
    }

    @Test func wrongUsageIsRefused() async throws {
        try await Deployment.use { deployment in
            let cases: [([String], Int32, String)] = [
                (["--pgbouncer-version", "1.17.0"], 1, "too old"),
                (["--pgbouncer-version", "new"], 2, "--pgbouncer-version"),
                (["--listen", "0.0.0.0"], 2, "--host"), (["--listen", "0.0.0.0", "--host", "pooler"], 1, "in clear"),
                (["--server", "db.internal"], 1, "--server-ca-file"),
                (["--server", "127.example.org"], 1, "--server-ca-file"),
                (["--host", "a/b"], 2, "--host"), (["--host", "u:p@evil"], 2, "--host"),
                (["--host", "h?sslmode=disable"], 2, "--host"), (["--host", "h#x"], 2, "--host"),
                (["--host", "two words"], 2, "--host"), (["--host", "h\nx"], 2, "--host"),
                (["--host", ""], 2, "--host"),
                (["--host", "h,evil"], 2, "--host"), (["--host", "h%2Fx"], 2, "--host"),
                (["--host", "h:6432"], 2, "--host"), (["--listen", "h?x"], 2, "--listen"),
                (["--server", "a:b"], 2, "--server must be"),
                (["--server", "db\nevil"], 1, "server must have no"), (["--servers", "0"], 2, "--servers"),
                (["--client-tls", "maybe"], 2, "--client-tls"), (["--superuser-url", "db"], 2, "--superuser-url"),
                (["--output", "/dev/null"], 1, "is no folder"),
                (["--output", "x", "--stats-user", "bulkhead_app"], 1, "cannot be bulkhead_app"),
            ]
            for (options, status, words) in cases {
                let outcome = try await deployment.command(["pgbouncer", "config"] + options)
                #expect(outcome.status == status && outcome.says(words), "\(options): \(outcome.testDescription)")
            }
        }
    }
}
