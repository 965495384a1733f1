/// An error that the server gave as its reply.
///
/// Of what it says only the kind is safe to show: the rest may repeat arguments and names of keys.
public struct RedisServerError: Error, Sendable, Hashable {
    /// What the first word of the reply means (redis.io, "Redis serialization protocol", simple errors).
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The connection has not authenticated.
        case noAuthentication = "NOAUTH"
        /// The user name or the password is wrong, or the user is switched off.
        case wrongPassword = "WRONGPASS"
        /// The user may not run the command, or not with this key or channel.
        case noPermission = "NOPERM"
        /// The server accepts only local connections.
        case denied = "DENIED"
        /// The server reads its data from disk.
        case loading = "LOADING"
        /// The server is a replica and takes no writes.
        case readOnly = "READONLY"
        /// The key lives on another node of a cluster.
        case moved = "MOVED"
        /// The key is on its way to another node of a cluster.
        case ask = "ASK"
        /// The cluster is not complete.
        case clusterDown = "CLUSTERDOWN"
        /// The keys of the command live on different nodes of a cluster.
        case crossSlot = "CROSSSLOT"
        /// The replica has lost its primary.
        case masterDown = "MASTERDOWN"
        /// The memory limit is reached; nothing can be written.
        case outOfMemory = "OOM"
        /// The server cannot save to disk and takes no writes.
        case misconfigured = "MISCONF"
        /// Too few replicas are there for a write.
        case noReplicas = "NOREPLICAS"
        /// A script runs for too long.
        case busy = "BUSY"
        /// No script has the digest.
        case noScript = "NOSCRIPT"
        /// The key holds a value of another type.
        case wrongType = "WRONGTYPE"
        /// Anything else: a syntax error, an unknown command, an error made by a script.
        case other = "ERR"
    }

    /// What kind of error it is.
    public let kind: Kind
    /// What the server said, at most 512 bytes; for logs of operators only.
    public let message: String

    /// An error by the line that the server sent, without the leading `-`.
    public init(line: String) {
        let word = line.prefix { $0 != " " }
        // AUTH against a server without a password, and old servers against a wrong one, begin with ERR.
        let isPassword = line.hasPrefix("ERR invalid password") || line.hasPrefix("ERR AUTH ")
        self.kind = isPassword ? .wrongPassword : Kind(rawValue: String(word)) ?? .other
        self.message = line
    }

    /// Whether the server refuses who asks, which asking again does not change.
    var isRefusal: Bool {
        switch self.kind {
        case .noAuthentication, .wrongPassword, .noPermission, .denied: true
        default: false
        }
    }
}

extension RedisServerError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The kind alone.
    public var description: String { "RedisServerError \(self.kind.rawValue)" }
    /// What the server said, for the logs of an operator.
    public var debugDescription: String { "RedisServerError: \(self.message)" }
}
