/// Where the server is, who asks, and the bounds of a client.
///
/// Holds the password: it is in no description, no mirror and no dump.
public struct RedisConfiguration: Sendable {
    /// A name or an IP address.
    public let host: String
    /// The TCP port; 6379 unless the URL says another.
    public let port: Int
    /// Whether the connection is encrypted and the server's certificate verified (`rediss`).
    public let usesTLS: Bool
    /// The ACL user; nil is the server's default user.
    public let username: String?
    /// The number of the database that `SELECT` chooses.
    public let database: Int
    let password: String?

    /// A PEM file with the authorities that are trusted instead of those of the system; for `rediss` only.
    public var caFile: String?
    /// How many connections commands share; messages have one of their own beside them.
    ///
    /// One is enough for most: replies come in order, so a big one delays those behind it. At least 1.
    public var connections: Int = 1
    /// How many commands may wait for replies on each connection; beyond, ``RedisError/Code/overloaded`` at once.
    public var maximumPendingCommands: Int = 4096
    /// How long opening a connection may take, TLS and `AUTH` included.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a command without a deadline of its own may take.
    public var defaultDeadline: Duration = .seconds(1)
    /// A connection whose server owes a reply and has sent none for this long is closed.
    public var stallLimit: Duration = .seconds(5)
    /// A connection that nobody used for this long is asked for a sign of life (`PING`).
    public var idleCheckInterval: Duration = .seconds(5)
    /// The bound of the first pause before connecting again; doubled by each failure, with full jitter.
    public var reconnectBase: Duration = .milliseconds(50)
    /// The most that the bound of the pause grows to.
    public var reconnectLimit: Duration = .seconds(5)
    /// The pause after the server refused the credentials, which another attempt alone does not mend.
    public var refusedPause: Duration = .seconds(30)
    /// The most bytes that a reply may take; a connection on which a bigger one comes is closed.
    public var maximumReplySize: Int = 16 * 1024 * 1024
    /// How many messages may wait for a slow consumer; beyond, they are dropped and the consumer is told.
    public var maximumBufferedMessages: Int = 1024
    /// How many bytes of messages may wait for a slow consumer; beyond, as above.
    public var maximumBufferedBytes: Int = 4 * 1024 * 1024

    init(host: String, port: Int, usesTLS: Bool, username: String?, password: String?, database: Int) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.username = username
        self.password = password
        self.database = database
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without user, password and address.
    public var description: String { "RedisConfiguration(TLS: \(self.usesTLS), connections: \(self.connections))" }
    /// Without user, password and address.
    public var debugDescription: String { self.description }
    /// Without user, password and address, which `dump` of an enclosing value would print.
    public var customMirror: Mirror { Mirror(self, children: ["usesTLS": self.usesTLS]) }
}
