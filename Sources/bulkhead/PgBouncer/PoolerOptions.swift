import ArgumentParser
import Foundation
import PgBouncer

/// Where a pooler listens and what it is like.
struct PoolerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The release it is for, such as 1.18.0.", discussion: "Default: that of this machine.",
            valueName: "version"))
    var pgbouncerVersion: PoolerVersion?

    @Option(help: ArgumentHelp("The address it listens on.", valueName: "address"))
    var listen = "127.0.0.1"

    @Option(help: ArgumentHelp("The port it listens on.", valueName: "port"))
    var port = 6432

    @Option(
        help: ArgumentHelp(
            "The host under which the servers know it.", discussion: "Default: the address it listens on.",
            valueName: "host"))
    var host: String?

    @Option(
        help: ArgumentHelp("The folder for its Unix socket, or 'none'.", valueName: "folder"))
    var socketFolder = "/var/run/postgresql"

    @Option(
        help: ArgumentHelp(
            "PostgreSQL behind it.", discussion: "Default: that of database.directUrl or database.url.",
            valueName: "host:port"))
    var server: String?

    @Flag(help: "Reset the session after every transaction; see docs/pgbouncer.md.")
    var resetAlways = false

    func validate() throws {
        if self.hostForServers == nil {
            throw ArgumentParser.ValidationError(
                "--listen \(self.listen) is every address; say --host, so that servers find it.")
        }
        // It goes into URLs, one of them with a password.
        if let host = self.hostForServers, !Self.isHost(host) {
            throw ArgumentParser.ValidationError(
                "\(self.host == nil ? "--listen" : "--host") must be a host name or an address, without a port.")
        }
        if let server, Self.place(server) == nil {
            throw ArgumentParser.ValidationError("--server must be a host or host:port, not \(server).")
        }
    }

    /// The host that servers dial; nil if nobody has said one.
    var hostForServers: String? { self.host ?? (["*", "0.0.0.0", "::"].contains(self.listen) ? nil : self.listen) }

    /// Whether a URL takes it for a host and for nothing else.
    private static func isHost(_ text: String) -> Bool {
        let isAddress = text.contains(":")
        return !text.isEmpty
            && text.utf8.allSatisfy { byte in
                let letter = byte | 32
                return switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
                case UInt8(ascii: ":"): isAddress && text.utf8.count { $0 == byte } > 1
                case UInt8(ascii: "-"), UInt8(ascii: "_"): !isAddress
                default: (UInt8(ascii: "a")...(isAddress ? UInt8(ascii: "f") : UInt8(ascii: "z"))).contains(letter)
                }
            }
    }

    /// A host, and a port if there is one; addresses of IPv6 are in brackets then.
    static func place(_ text: String) -> (host: String, port: Int?)? {
        guard !text.isEmpty else { return nil }
        if text.hasPrefix("[") {
            let parts = text.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { return nil }
            if parts[1].isEmpty { return (String(parts[0]), nil) }
            guard parts[1].hasPrefix(":"), let port = Int(parts[1].dropFirst()) else { return nil }
            return (String(parts[0]), port)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return (text, nil) }
        guard let port = Int(parts[1]), !parts[0].isEmpty else { return nil }
        return (String(parts[0]), port)
    }
}

/// How many connections a pooler has.
struct PoolerSizeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many servers of Bulkhead connect to it.", valueName: "number"))
    var servers = 1

    @Option(help: ArgumentHelp("Connections of PostgreSQL that are left to people and commands.", valueName: "number"))
    var spare = 10

    @Option(help: ArgumentHelp("PostgreSQL's max_connections, if it cannot be asked.", valueName: "number"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "Connections to PostgreSQL at most.", discussion: "Default: worked out from the tiers.",
            valueName: "number"))
    var poolSize: Int?

    func validate() throws {
        guard (1...10_000).contains(self.servers) else {
            throw ArgumentParser.ValidationError("--servers must be from 1 to 10000.")
        }
        guard (0...100_000).contains(self.spare) else {
            throw ArgumentParser.ValidationError("--spare must be from 0 to 100000.")
        }
        guard self.poolSize.map({ (1...100_000).contains($0) }) != false else {
            throw ArgumentParser.ValidationError("--pool-size must be from 1 to 100000.")
        }
        guard self.maxConnections.map({ (1...262_143).contains($0) }) != false else {
            throw ArgumentParser.ValidationError("--max-connections must be from 1 to 262143.")
        }
    }
}

/// TLS on both sides of a pooler.
struct PoolerTLSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "TLS with clients: disable, prefer, require, verify-ca, verify-full.",
            discussion: "Default: require if there is a certificate.", valueName: "mode"))
    var clientTLS: PoolerTLSMode?

    @Option(help: ArgumentHelp("The pooler's certificate, PEM.", valueName: "file"))
    var clientCertFile: String?

    @Option(help: ArgumentHelp("The key of it, PEM.", valueName: "file"))
    var clientKeyFile: String?

    @Option(help: ArgumentHelp("The authorities of clients' certificates, PEM.", valueName: "file"))
    var clientCAFile: String?

    @Option(
        help: ArgumentHelp(
            "The authorities of the pooler's own certificate, PEM, for the URLs of its clients.", valueName: "file"))
    var trustFile: String?

    @Option(
        help: ArgumentHelp(
            "TLS with PostgreSQL: disable, prefer, require, verify-ca, verify-full.",
            discussion: "Default: verify-full, unless PostgreSQL is on this machine.", valueName: "mode"))
    var serverTLS: PoolerTLSMode?

    @Option(
        help: ArgumentHelp(
            "The authorities of PostgreSQL's certificate, PEM.", discussion: "Default: sslrootcert of its URL.",
            valueName: "file"))
    var serverCAFile: String?

    /// TLS with clients.
    var clients: PoolerClientTLS {
        PoolerClientTLS(
            mode: self.clientTLS ?? (self.clientCertFile == nil ? .disable : .require),
            certificateFile: self.clientCertFile, keyFile: self.clientKeyFile, authorityFile: self.clientCAFile)
    }

    /// TLS with PostgreSQL.
    func server(_ server: PoolerConfiguration.Server, authorityFile: String?) -> PoolerServerTLS {
        let mode = self.serverTLS ?? (server.isLocal ? .disable : .verifyFull)
        return PoolerServerTLS(mode: mode, authorityFile: mode == .disable ? nil : self.serverCAFile ?? authorityFile)
    }

    /// What works and is not as it should be; one sentence each.
    var concerns: [String] {
        guard self.clients.mode != .disable, self.trustFile == nil else { return [] }
        return [
            "The URLs for clients say sslmode=require, which encrypts and does not look at the pooler's certificate: "
                + "anybody on the way can take its place. With --trust-file they say verify-full."
        ]
    }

    /// What the URLs of clients say about TLS.
    var query: String {
        if self.clients.mode == .disable { return "?sslmode=disable" }
        guard let file = self.trustFile?.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) else {
            return "?sslmode=require"
        }
        return "?sslmode=verify-full&sslrootcert=\(file)"
    }
}
