extension PoolerConfiguration {
    /// A part of the file: why, and the lines themselves.
    private struct Part {
        let reasons: [String]
        let settings: [(String, String)]

        init(_ reasons: [String], _ settings: [(String, String)]) {
            self.reasons = reasons
            self.settings = settings
        }

        var text: String {
            (self.reasons.map { $0.isEmpty ? ";" : "; \($0)" } + self.settings.map { "\($0.0) = \($0.1)".trimmed })
                .joined(separator: "\n") + "\n"
        }
    }

    /// The whole `pgbouncer.ini`; holds no secret.
    ///
    /// - Throws: ``Invalid``.
    public func fileText() throws(Invalid) -> String {
        let problems = self.problems
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        let head = """
            ; Written by 'bulkhead pgbouncer config' for PgBouncer \(self.version). To change it, run the command
            ; again; what is changed by hand is lost then.

            [databases]
            ; This one and no other: there is no line for "*", so no other database can be asked for.
            \(self.databaseLine)

            [pgbouncer]

            """
        return head + self.parts.map(\.text).joined(separator: "\n")
    }

    private var databaseLine: String {
        let server = self.server
        return "\(server.database) = host=\(server.host) port=\(server.port) dbname=\(server.database)"
    }

    private var parts: [Part] {
        [
            self.listening, self.pooling, self.sizing, self.resetting, self.parameters, self.preparing, self.users,
            self.clientSide, self.serverSide, self.waiting, self.connections, self.logging,
        ]
    }

    private var listening: Part {
        Part(
            self.socketFolder == nil
                ? ["No Unix socket, and so no administration but by signals: HUP reads this file again."]
                : [
                    "Over the Unix socket the system user that PgBouncer runs as, and nobody else, administers it:",
                    "psql -h FOLDER -p PORT -U pgbouncer pgbouncer",
                ],
            [("listen_addr", self.listenAddress), ("listen_port", "\(self.listenPort)")]
                + [("unix_socket_dir", self.socketFolder ?? "")]
                + (self.socketFolder == nil ? [] : [("unix_socket_mode", "0700")]))
    }

    private var pooling: Part {
        Part(
            [
                "A server connection belongs to a client for one transaction. Tenant sessions are made for that: what",
                "they set ends with the transaction.",
            ], [("pool_mode", "transaction")])
    }

    private var sizing: Part {
        Part(
            self.sizes.arithmetic + [
                "",
                "Twice the clients, for a restart of the servers one after the other, and some who look at figures.",
                "PgBouncer needs a descriptor for each client and each server connection (ulimit -n, LimitNOFILE).",
            ],
            [
                ("default_pool_size", "\(self.sizes.poolSize)"), ("max_db_connections", "\(self.sizes.poolSize)"),
                ("reserve_pool_size", "0"), ("min_pool_size", "0"), ("max_client_conn", "\(self.sizes.maximumClients)"),
            ])
    }

    private var resetting: Part {
        let reasons = [
            "PgBouncer does not reset sessions in transaction mode, so what one client leaves behind the next one has.",
            "Tenant sessions leave nothing and trust nothing: each begins with RESET ALL and a signed context.",
        ]
        guard self.resetsAlways else { return Part(reasons, [("server_reset_query_always", "0")]) }
        return Part(
            reasons + ["All the same it was asked for; it costs a round trip a transaction."],
            [("server_reset_query", "DISCARD ALL"), ("server_reset_query_always", "1")])
    }

    private var parameters: Part {
        var settings = [("ignore_startup_parameters", "")]
        if self.version >= .trackedParameters { settings.append(("track_extra_parameters", "IntervalStyle")) }
        return Part(
            [
                "Parameters that clients send when they connect. None is ignored: servers of ours send none that is not",
                "known, and what is ignored here a client believes to be set (see also CVE-2026-107349).",
            ]
                + (self.version >= .trackedParameters
                    ? ["Never search_path: it would carry one tenant's path to the next client."] : []),
            settings)
    }

    private var preparing: Part {
        let count = self.preparedStatements
        let reasons =
            count == nil
            ? ["PgBouncer \(self.version) carries no named prepared statements."]
            : [
                "No named prepared statements: PgBouncer would give them names that can be guessed and share them among",
                "clients, so that one tenant could put a statement in the place of another tenant's.",
            ]
        return Part(
            reasons + ["Servers need BULKHEAD_PREPARED_STATEMENTS=false."],
            count.map { [("max_prepared_statements", "\($0)")] } ?? [])
    }

    private var users: Part {
        Part(
            [
                "The user list is everything: no auth_query (CVE-2025-12819, CVE-2025-2291) and no user who could ask",
                "the server about others. Nobody in it may administer PgBouncer, for whoever knows one password of the",
                "list may be able to be anybody of the list (CVE-2026-107350). bulkhead_control is not in it either:",
                "catalog, migrations and LISTEN go past the pooler (BULKHEAD_DATABASE_DIRECT_URL).",
            ],
            [
                ("auth_type", "scram-sha-256"), ("auth_file", self.userListFile), ("admin_users", ""),
                ("stats_users", self.statisticsUser),
            ])
    }

    private var clientSide: Part {
        let tls = self.clientTLS
        var settings = [("client_tls_sslmode", tls.mode.rawValue)]
        if let file = tls.certificateFile { settings.append(("client_tls_cert_file", file)) }
        if let file = tls.keyFile { settings.append(("client_tls_key_file", file)) }
        if let file = tls.authorityFile { settings.append(("client_tls_ca_file", file)) }
        guard tls.mode != .disable else {
            return Part(["Without TLS, since it listens to this machine only."], settings)
        }
        return Part(["TLS with clients."], settings + [("client_tls_protocols", "secure")])
    }

    private var serverSide: Part {
        let tls = self.serverTLS
        var settings = [("server_tls_sslmode", tls.mode.rawValue)]
        if let file = tls.authorityFile { settings.append(("server_tls_ca_file", file)) }
        let reason =
            switch tls.mode {
            case .verifyFull:
                "TLS with PostgreSQL: its certificate is signed by this authority, and for this host name."
            case .verifyCA: "TLS with PostgreSQL: its certificate is signed by this authority, for whichever host."
            case .require, .prefer: "TLS with PostgreSQL, WITHOUT a look at its certificate: anybody may be the server."
            case .disable:
                self.server.isLocal
                    ? "No TLS with PostgreSQL, which is on this machine."
                    : "No TLS with PostgreSQL: what goes there can be read on the way."
            }
        if tls.mode != .disable { settings.append(("server_tls_protocols", "secure")) }
        return Part([reason], settings)
    }

    private var waiting: Part {
        Part(
            [
                "Requests have 30 s. A client that has waited 10 s for a server connection is told so and sent away: its",
                "requests are answered by 503 and come again. The tiers' own timeouts are set in each transaction; the",
                "last line is for clients that are gone in the middle of one.",
            ],
            [
                ("query_wait_timeout", "10"), ("client_login_timeout", "15"), ("idle_transaction_timeout", "60"),
            ])
    }

    private var connections: Part {
        Part(
            [
                "A backend keeps what it ever looked up, which with thousands of schemas is much: connections get old.",
                "After a failed login the next is tried after a second, so that work goes on as soon as PostgreSQL does.",
            ],
            [
                ("server_lifetime", "1800"), ("server_idle_timeout", "300"), ("server_connect_timeout", "5"),
                ("server_login_retry", "1"), ("tcp_keepalive", "1"), ("tcp_keepidle", "30"), ("tcp_keepintvl", "10"),
                ("tcp_keepcnt", "3"), ("tcp_user_timeout", "30000"),
            ])
    }

    private var logging: Part {
        Part(
            ["Errors of the pooler are logged; statements never are. 'bulkhead pgbouncer status' has the figures."],
            [("log_connections", "0"), ("log_disconnections", "0"), ("log_pooler_errors", "1"), ("log_stats", "0")])
    }
}

extension String {
    /// Without the space that an empty value leaves.
    fileprivate var trimmed: String { self.hasSuffix(" ") ? String(self.dropLast()) : self }
}
