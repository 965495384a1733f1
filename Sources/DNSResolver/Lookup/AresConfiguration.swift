import CCAres
public import DNS

/// Whom to ask, and how long.
public struct AresConfiguration: Sendable, Hashable {
    /// The servers of all zones, by address or name; empty is those that a zone's NS records name.
    ///
    /// For zones that look different from inside, and for servers that are not delegated to. Names are looked up in the
    /// DNS only, not in the host's own list.
    public var authorities: [NameServerEndpoint]
    /// Where servers listen that were found by name: 53 everywhere but in tests.
    public var authorityPort: Int
    /// Who is asked for the servers of zones and their addresses, by address; empty is the servers of the system.
    public var resolvers: [NameServerEndpoint]
    /// For the first attempt at a question; each further one takes twice as long.
    public var timeout: Duration
    /// How many attempts at each server, from 1 to 10.
    public var tries: Int

    /// Settings.
    public init(
        authorities: [NameServerEndpoint] = [], authorityPort: Int = 53, resolvers: [NameServerEndpoint] = [],
        timeout: Duration = .seconds(2), tries: Int = 2
    ) {
        self.authorities = authorities
        self.authorityPort = authorityPort
        self.resolvers = resolvers
        self.timeout = timeout
        self.tries = tries
    }

    /// Finds settings that cannot be used.
    ///
    /// - Throws: ``AuthorityError`` of kind `misconfigured`.
    public func check() throws(AuthorityError) {
        for resolver in self.resolvers where !Self.isAddress(resolver.host) {
            throw AuthorityError(
                .misconfigured, reason: "The DNS resolver '\(resolver.host)' must be given by its address.")
        }
        let ports = [self.authorityPort] + (self.authorities + self.resolvers).map(\.port)
        if let port = ports.first(where: { !(1...65_535).contains($0) }) {
            throw AuthorityError(.misconfigured, reason: "A name server cannot listen on port \(port).")
        }
        guard (1...10).contains(self.tries), self.timeout >= .milliseconds(1), self.timeout <= .seconds(600) else {
            throw AuthorityError(
                .misconfigured,
                reason: "Questions to name servers need 1 to 10 attempts of 1 millisecond to 10 minutes.")
        }
    }

    /// Whether a host is given by its address.
    static func isAddress(_ host: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        return ares_inet_pton(AF_INET, host, &bytes) == 1 || ares_inet_pton(AF_INET6, host, &bytes) == 1
    }
}
