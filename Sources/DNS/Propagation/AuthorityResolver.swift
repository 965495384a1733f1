/// Finds the authoritative servers of zones and asks each of them, past all memories.
public protocol AuthorityResolver: Sendable {
    /// The servers of a zone, every address of each; a server whose name has no address is among them without one.
    ///
    /// - Parameter limit: how long it may take.
    /// - Throws: ``AuthorityError``; `CancellationError`.
    func servers(of zone: DomainName, within limit: Duration) async throws -> [AuthoritativeServer]

    /// What a server says about a name; a failure of the server is an answer too.
    ///
    /// - Parameter limit: how long it may take.
    /// - Throws: `CancellationError`; ``AuthorityError`` if nothing can be asked at all, whoever is asked.
    func answer(
        from server: AuthoritativeServer, name: DomainName, type: RecordType, within limit: Duration
    ) async throws -> AuthorityAnswer

    /// For how many seconds resolvers may remember that a name of the zone does not exist: the lesser of the SOA
    /// record's own TTL and its last field (RFC 2308, section 5); nil if this server does not tell.
    ///
    /// - Parameter limit: how long it may take.
    /// - Throws: `CancellationError`; ``AuthorityError`` if nothing can be asked at all, whoever is asked.
    func negativeTTL(
        of zone: DomainName, from server: AuthoritativeServer, within limit: Duration
    ) async throws -> Int?
}

/// Why the servers of a zone cannot be asked.
public struct AuthorityError: Error, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What it means.
    public enum Kind: Sendable, Hashable {
        /// The resolver gives no answer now.
        case unavailable
        /// The resolver says that the zone has no name servers: it is not delegated, or is part of a larger zone.
        case noServers
        /// The settings cannot be used.
        case misconfigured
    }

    /// What it means.
    public let kind: Kind
    /// What happened, for whoever runs the installation.
    public let reason: String
    /// What it looked like; for the log.
    public let detail: String?

    /// An error.
    public init(_ kind: Kind, reason: String, detail: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.detail = detail
    }

    /// What happened.
    public var description: String { self.reason }

    /// The same with what it looked like.
    public var debugDescription: String { self.detail.map { "\(self.reason) (\($0))" } ?? self.reason }
}
