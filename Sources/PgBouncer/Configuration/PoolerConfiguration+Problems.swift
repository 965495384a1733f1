extension PoolerConfiguration {
    /// Everything that keeps the configuration from working or from being safe, one sentence each.
    public var problems: [String] {
        var problems: [String] = []
        if self.version < .oldest {
            problems.append(
                "PgBouncer \(self.version) is too old: \(PoolerVersion.oldest) is the oldest that is supported, "
                    + "\(PoolerVersion.clean) the oldest without known holes.")
        }
        if !(1...65_535).contains(self.listenPort) || !(1...65_535).contains(self.server.port) {
            problems.append("Ports are from 1 to 65535.")
        }
        problems += self.textProblems + self.clientProblems + self.serverProblems
        return problems
    }

    /// Nothing may end a line, or look like another setting.
    private var textProblems: [String] {
        var problems: [String] = []
        let names = [("database", self.server.database), ("statistics user", self.statisticsUser)]
        for (what, name) in names where name.isEmpty || !name.allSatisfy(Self.isPlain) {
            problems.append("The \(what) must have a name of ASCII letters, digits, hyphens and underscores.")
        }
        // They are taken by PgBouncer itself, and by those whose passwords are elsewhere.
        if self.statisticsUser == "pgbouncer" || self.statisticsUser.hasPrefix("bulkhead_app") {
            problems.append("The statistics user cannot be \(self.statisticsUser).")
        }
        if self.server.database == "pgbouncer" { problems.append("The database pgbouncer is PgBouncer's own.") }
        let texts = [
            ("address", self.listenAddress), ("server", self.server.host), ("user list", self.userListFile),
            ("socket folder", self.socketFolder), ("certificate file", self.clientTLS.certificateFile),
            ("key file", self.clientTLS.keyFile), ("authorities of clients", self.clientTLS.authorityFile),
            ("authorities of the server", self.serverTLS.authorityFile),
        ]
        for (what, text) in texts {
            guard let text, text.isEmpty || !text.allSatisfy(Self.isHarmless) else { continue }
            problems.append("The \(what) must have no spaces, quotes, commas or control characters.")
        }
        return problems
    }

    private var clientProblems: [String] {
        let tls = self.clientTLS
        var problems: [String] = []
        if tls.mode == .disable || tls.mode == .prefer {
            if !Self.isLoopback(self.listenAddress) {
                problems.append(
                    "Clients would send tenants' rows over the network in clear: give it a certificate "
                        + "(--client-cert-file, --client-key-file) and --client-tls require, or listen on 127.0.0.1.")
            }
        }
        if tls.mode != .disable, tls.certificateFile == nil || tls.keyFile == nil {
            problems.append("TLS with clients needs --client-cert-file and --client-key-file.")
        }
        if tls.mode.needsAuthority, tls.authorityFile == nil {
            problems.append("Checking clients' certificates needs --client-ca-file.")
        }
        return problems
    }

    private var serverProblems: [String] {
        let tls = self.serverTLS
        if tls.mode.needsAuthority, tls.authorityFile == nil {
            return ["Checking the server's certificate needs --server-ca-file."]
        }
        if self.server.host.hasPrefix("/"), tls.mode != .disable {
            return ["There is no TLS over a Unix socket: say --server-tls disable."]
        }
        return []
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
    }

    private static func isHarmless(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { $0.value > 32 && !(127..<160).contains($0.value) }
            && !character.isWhitespace
            && !["'", "\"", ",", "\\"].contains(character)
    }
}
