import PgBouncer
import Testing

/// Which lines are written for which release, and what is refused.
@Suite struct ConfigurationFileTests {
    static func configuration(
        _ version: PoolerVersion = PoolerVersion(1, 18), _ change: (inout PoolerConfiguration) -> Void = { _ in }
    ) throws -> PoolerConfiguration {
        let demand = PoolerDemand(
            servers: 1, connectionsPerServer: 16, directPerServer: 11, spare: 10, maxConnections: 100, reserved: 3,
            isMeasured: true, tiers: [PoolerDemand.Tier(name: "standard", concurrency: 4)])
        var configuration = PoolerConfiguration(
            version: version, socketFolder: "/run/pooler",
            server: PoolerConfiguration.Server(host: "db.internal", port: 5433, database: "bulkhead"),
            statisticsUser: "bulkhead_stats", userListFile: "/etc/pgbouncer/userlist.txt",
            sizes: try PoolerSizes(demand), clientTLS: PoolerClientTLS(mode: .disable),
            serverTLS: PoolerServerTLS(mode: .verifyFull, authorityFile: "/etc/ca.pem"))
        change(&configuration)
        return configuration
    }

    /// The settings of a file, as PgBouncer reads them.
    private static func settings(_ configuration: PoolerConfiguration) throws -> [String: String] {
        var settings: [String: String] = [:]
        for line in try configuration.fileText().split(separator: "\n") where !line.hasPrefix(";") {
            let parts = line.split(separator: "=", maxSplits: 1).map { String($0) }
            guard parts.count == 2 else {
                if line.hasSuffix("=") { settings[String(line.dropLast(2))] = "" }
                continue
            }
            let name = String(parts[0].dropLast())
            #expect(settings[name] == nil, "\(name) twice")
            settings[name] = String(parts[1].drop { $0 == " " })
        }
        return settings
    }

    @Test func itIsAsItHasToBe() throws {
        let settings = try Self.settings(try Self.configuration())
        let wanted = [
            "bulkhead": "host=db.internal port=5433 dbname=bulkhead", "pool_mode": "transaction",
            "auth_type": "scram-sha-256", "auth_file": "/etc/pgbouncer/userlist.txt", "admin_users": "",
            "stats_users": "bulkhead_stats", "default_pool_size": "8", "max_db_connections": "8",
            "max_client_conn": "42", "server_tls_sslmode": "verify-full", "server_tls_ca_file": "/etc/ca.pem",
            "client_tls_sslmode": "disable", "ignore_startup_parameters": "", "unix_socket_dir": "/run/pooler",
            "unix_socket_mode": "0700", "server_reset_query_always": "0", "query_wait_timeout": "10",
            "server_login_retry": "1",
        ]
        for (name, value) in wanted { #expect(settings[name] == value, "\(name) is \(settings[name] ?? "missing")") }
        for name in ["auth_query", "auth_user", "auth_dbname", "*", "disable_pqexec"] { #expect(settings[name] == nil) }
    }

    /// A word that a release does not know keeps it from starting.
    @Test(
        arguments: [
            ("1.18.0", nil, nil), ("1.19.1", nil, nil), ("1.20.0", nil, "IntervalStyle"),
            ("1.21.0", "0", "IntervalStyle"), ("1.26.1", "0", "IntervalStyle"),
        ] as [(String, String?, String?)])
    func newWordsAreForNewReleases(_ version: String, _ prepared: String?, _ tracked: String?) throws {
        let configuration = try Self.configuration(try #require(PoolerVersion(version)))
        let settings = try Self.settings(configuration)
        #expect(settings["max_prepared_statements"] == prepared)
        #expect(settings["track_extra_parameters"] == tracked)
        #expect(try configuration.fileText().contains("BULKHEAD_PREPARED_STATEMENTS=false"))
    }

    @Test func aResetAfterEachTransaction() throws {
        for (version, prepared) in [("1.18.0", nil), ("1.21.0", "0"), ("1.22.0", "0")] as [(String, String?)] {
            let settings = try Self.settings(
                try Self.configuration(try #require(PoolerVersion(version))) { $0.resetsAlways = true })
            #expect(settings["server_reset_query"] == "DISCARD ALL" && settings["server_reset_query_always"] == "1")
            #expect(settings["max_prepared_statements"] == prepared, "\(version)")
        }
    }

    @Test func tlsWithClients() throws {
        let settings = try Self.settings(
            try Self.configuration {
                $0.listenAddress = "10.0.0.7"
                $0.clientTLS = PoolerClientTLS(
                    mode: .verifyFull, certificateFile: "/etc/p.pem", keyFile: "/etc/p.key", authorityFile: "/etc/c.pem"
                )
            })
        #expect(settings["client_tls_sslmode"] == "verify-full" && settings["client_tls_cert_file"] == "/etc/p.pem")
        #expect(settings["client_tls_key_file"] == "/etc/p.key" && settings["client_tls_ca_file"] == "/etc/c.pem")
    }

    private static let mistakes: [(String, @Sendable (inout PoolerConfiguration) -> Void)] = [
        ("too old", { $0.version = PoolerVersion(1, 17, 0) }),
        ("in clear", { $0.listenAddress = "0.0.0.0" }),
        (
            "in clear",
            {
                $0.listenAddress = "10.0.0.7"
                $0.clientTLS = PoolerClientTLS(mode: .prefer, certificateFile: "/c", keyFile: "/k")
            }
        ),
        ("--client-cert-file", { $0.clientTLS = PoolerClientTLS(mode: .require) }),
        (
            "--client-ca-file",
            { $0.clientTLS = PoolerClientTLS(mode: .verifyCA, certificateFile: "/c", keyFile: "/k") }
        ),
        ("--server-ca-file", { $0.serverTLS = PoolerServerTLS(mode: .verifyFull) }),
        ("Unix socket", { $0.server.host = "/run/postgresql" }),
        ("from 1 to 65535", { $0.listenPort = 0 }), ("from 1 to 65535", { $0.server.port = 65_536 }),
        ("database must have a name", { $0.server.database = "a = host=evil" }),
        ("database must have a name", { $0.server.database = "" }),
        ("PgBouncer's own", { $0.server.database = "pgbouncer" }),
        ("cannot be pgbouncer", { $0.statisticsUser = "pgbouncer" }),
        ("cannot be bulkhead_app", { $0.statisticsUser = "bulkhead_app" }),
        ("statistics user must", { $0.statisticsUser = "a, postgres" }),
        ("server must have no", { $0.server.host = "db\nadmin_users=bulkhead_app" }),
        ("server must have no", { $0.server.host = "db port=1" }),
        ("user list must", { $0.userListFile = "/etc/a b" }), ("user list must", { $0.userListFile = "/etc/ä\u{85}" }),
        (
            "address must",
            {
                $0.listenAddress = "127.0.0.1,0.0.0.0"
                $0.clientTLS = PoolerClientTLS(mode: .require, certificateFile: "/c", keyFile: "/k")
            }
        ),
        ("in clear", { $0.listenAddress = "127.example.org" }),
    ]

    @Test(arguments: mistakes.indices)
    func mistakesAreRefused(_ index: Int) throws {
        let (words, change) = Self.mistakes[index]
        let configuration = try Self.configuration(PoolerVersion(1, 18), change)
        let error = #expect(throws: PoolerConfiguration.Invalid.self) { try configuration.fileText() }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "nothing")")
        #expect(error?.problems.count == 1, "\(error?.problems ?? [])")
    }

    @Test func whatIsWeakIsSaid() throws {
        for (mode, count) in [
            (PoolerTLSMode.verifyFull, 0), (.verifyCA, 1), (.require, 1), (.prefer, 1), (.disable, 1),
        ] {
            let configuration = try Self.configuration { $0.serverTLS.mode = mode }
            #expect(configuration.concerns.count == count, "\(mode)")
        }
        #expect(
            try Self.configuration {
                $0.server.host = "127.0.0.1"
                $0.serverTLS = PoolerServerTLS(mode: .disable)
            }.concerns.isEmpty)
    }

    /// A host name may begin as an address of this machine does.
    @Test(
        arguments: [
            ("127.0.0.1", true), ("127.255.0.9", true), ("localhost", true), ("::1", true), ("127.example.org", false),
            ("127.0.0.1.example.org", false), ("127.0.0", false), ("127.0.0.1.", false), ("127.0.0.256", false),
            ("127.0.0.-1", false), ("127.0.0.+1", false), ("127.0.0.٣", false), ("127.0.0.0001", false),
            ("127.", false),
            ("128.0.0.1", false), ("", false),
        ])
    func thisMachineIsToldByFourNumbers(_ address: String, _ isLoopback: Bool) throws {
        #expect(PoolerConfiguration.isLoopback(address) == isLoopback)
        let server = PoolerConfiguration.Server(host: address, port: 5432, database: "app")
        #expect(server.isLocal == isLoopback)
    }

    @Test func userListIsQuoted() throws {
        let list = UserList([("a", .password(#"p"w d"#)), ("b", .verifier("SCRAM-SHA-256$4096:x$y:z"))])
        #expect(list.text == "\"a\" \"p\"\"w d\"\n\"b\" \"SCRAM-SHA-256$4096:x$y:z\"\n")
        #expect(UserList([("a", .password("two\nlines"))]).text == nil)
        for text in ["\(list)", String(reflecting: list)] { #expect(!text.contains("SCRAM") && text.contains("a, b")) }
        var dumped = ""
        dump(list, to: &dumped)
        #expect(!dumped.contains("SCRAM"))
    }
}
