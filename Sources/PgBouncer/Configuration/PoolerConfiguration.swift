/// Everything that decides what a pooler's `pgbouncer.ini` says.
public struct PoolerConfiguration: Sendable, Hashable {
    /// Why no file can be written.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        /// Everything that is wrong, one sentence each.
        public let problems: [String]

        /// All of it.
        public var description: String { self.problems.joined(separator: " ") }
    }

    /// PostgreSQL behind the pooler.
    public struct Server: Sendable, Hashable {
        /// A host name, an address, or the folder of a Unix socket.
        public var host: String
        /// Its port.
        public var port: Int
        /// The database; clients know it by the same name.
        public var database: String

        /// A server.
        public init(host: String, port: Int, database: String) {
            self.host = host
            self.port = port
            self.database = database
        }

        /// Whether no network lies in between.
        public var isLocal: Bool { self.host.hasPrefix("/") || PoolerConfiguration.isLoopback(self.host) }
    }

    /// The release that will read it.
    public var version: PoolerVersion
    /// The address to listen on.
    public var listenAddress: String
    /// The port to listen on.
    public var listenPort: Int
    /// Where the Unix socket is, over which the pooler's own system user administers it; nil for none.
    public var socketFolder: String?
    /// PostgreSQL behind it.
    public var server: Server
    /// Who may look at its figures, and at nothing else.
    public var statisticsUser: String
    /// The path of the user list.
    public var userListFile: String
    /// How many connections.
    public var sizes: PoolerSizes
    /// TLS with clients.
    public var clientTLS: PoolerClientTLS
    /// TLS with the server.
    public var serverTLS: PoolerServerTLS
    /// Whether the session is reset after every transaction: a belt beside the braces that tenant sessions are.
    public var resetsAlways: Bool

    /// A configuration; ``problems`` says whether it can work.
    public init(
        version: PoolerVersion, listenAddress: String = "127.0.0.1", listenPort: Int = 6432,
        socketFolder: String? = nil, server: Server, statisticsUser: String, userListFile: String, sizes: PoolerSizes,
        clientTLS: PoolerClientTLS, serverTLS: PoolerServerTLS, resetsAlways: Bool = false
    ) {
        self.version = version
        self.listenAddress = listenAddress
        self.listenPort = listenPort
        self.socketFolder = socketFolder
        self.server = server
        self.statisticsUser = statisticsUser
        self.userListFile = userListFile
        self.sizes = sizes
        self.clientTLS = clientTLS
        self.serverTLS = serverTLS
        self.resetsAlways = resetsAlways
    }

    /// How many named prepared statements each server connection keeps: none; nil if the release does not know the word.
    ///
    /// The pooler gives them names of its own that can be guessed (`PGBOUNCER_7`) and shares them among clients: SQL of
    /// one tenant could put another statement under such a name, and the next tenant would run it as its own.
    public var preparedStatements: Int? { self.version >= .preparedStatements ? 0 : nil }

    /// What works and is not as it should be; one sentence each.
    public var concerns: [String] {
        guard !self.server.isLocal else { return [] }
        switch self.serverTLS.mode {
        case .verifyFull: return []
        case .verifyCA: return ["Any server with a certificate of the authority can take PostgreSQL's place."]
        case .require: return ["PostgreSQL's certificate is not looked at: anybody on the way can take its place."]
        case .prefer, .disable: return ["What goes between the pooler and PostgreSQL can be read on the way."]
        }
    }

    /// Whether an address is this machine's own; a host name that begins with 127 is not.
    public static func isLoopback(_ address: String) -> Bool {
        if address == "localhost" || address == "::1" { return true }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
                    && UInt8(part) != nil
            }
    }
}
