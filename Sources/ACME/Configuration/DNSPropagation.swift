/// How a challenge record is published, and how long it may take to be seen.
public struct DNSPropagation: Sendable, Hashable {
    /// The record's time to live in seconds, for Cloudflare 120 or more; nil is the provider's default.
    public var ttl: Int?
    /// How long to wait between two looks, in whole seconds, at least 1; nil is the provider's default.
    public var pollingInterval: Duration?
    /// How long the record may take to be seen, in whole seconds; nil is the provider's default.
    public var timeout: Duration?
    /// Recursive resolvers to find the zone's servers with, each `host:port`; empty is the system's.
    public var resolvers: [String]
    /// Whether to tell the certificate authority at once, without looking whether the zone's servers have the record.
    ///
    /// For zones whose servers cannot be reached from here (split horizon).
    public var skipsCheck: Bool

    /// Makes it; everything has a default.
    public init(
        ttl: Int? = nil, pollingInterval: Duration? = nil, timeout: Duration? = nil, resolvers: [String] = [],
        skipsCheck: Bool = false
    ) {
        self.ttl = ttl
        self.pollingInterval = pollingInterval
        self.timeout = timeout
        self.resolvers = resolvers
        self.skipsCheck = skipsCheck
    }

    /// The settings of one of lego's providers.
    func environment(prefix: String) -> [String: String] {
        var environment: [String: String] = [:]
        environment["\(prefix)_TTL"] = self.ttl.map(String.init)
        environment["\(prefix)_POLLING_INTERVAL"] = self.pollingInterval.map(Self.seconds)
        environment["\(prefix)_PROPAGATION_TIMEOUT"] = self.timeout.map(Self.seconds)
        return environment
    }

    /// lego's options.
    var arguments: [String] {
        self.resolvers.map { "--dns.resolvers=\($0)" } + (self.skipsCheck ? ["--dns.disable-cp"] : [])
    }

    private static func seconds(_ duration: Duration) -> String { String(max(1, duration.components.seconds)) }
}
