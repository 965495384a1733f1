public import NIOCore

/// How an edge works.
public struct EdgeConfiguration: Sendable {
    /// How long what may take.
    public struct Timeouts: Sendable, Hashable {
        /// Until a connection to an upstream is there, or one becomes free.
        public var connect: TimeAmount
        /// Until the answer begins, from the last sign of life on.
        public var answer: TimeAmount
        /// Between two pieces of a body, whichever side is slow.
        public var idle: TimeAmount
        /// Between two pieces of anything on a WebSocket.
        public var tunnelIdle: TimeAmount

        /// Timeouts.
        public init(
            connect: TimeAmount = .seconds(5), answer: TimeAmount = .seconds(60), idle: TimeAmount = .seconds(60),
            tunnelIdle: TimeAmount = .seconds(600)
        ) {
            self.connect = connect
            self.answer = answer
            self.idle = idle
            self.tunnelIdle = tunnelIdle
        }
    }

    /// What serves pages.
    public enum Pages: Sendable, Hashable {
        /// Servers behind the edge.
        case upstream([UpstreamAddress])
        /// The edge itself, from a folder; what is in none of its files is `index.html`, whose scripts know what to do.
        case portal(folder: String)
    }

    /// What serves pages.
    public var pages: Pages
    /// What serves `/api` and `/.well-known/jwks.json`, and, where the edge serves pages itself, the admin host.
    public var api: [UpstreamAddress]
    /// The certificates that are trusted for upstreams with TLS, as a PEM file; nil for the system's.
    public var upstreamAuthorities: String?
    /// How long what may take.
    public var timeouts: Timeouts
    /// How many bytes a request's body may have; nil for no limit.
    public var bodyLimit: Int?
    /// How many connections there may be to each upstream.
    public var connectionLimit: Int
    /// How many WebSockets there may be.
    public var tunnelLimit: Int
    /// What the product calls itself on pages about tenants that are not served.
    public var productName: String
    /// Paths that stay open in a read-only tenant although they are no reads: without signing in nobody could read.
    public var signInPaths: Set<String>
    /// What browsers are told about coming by HTTPS only, as the value of `Strict-Transport-Security`; nil for nothing.
    public var strictTransportSecurity: String?
    /// How long a connection may be silent between requests.
    public var connectionIdle: TimeAmount
    /// How long an HTTP/2 connection stays after it was told to leave.
    public var farewell: TimeAmount

    /// A configuration.
    ///
    /// - Parameters:
    ///   - pages: what serves pages.
    ///   - api: what serves `/api`; nil for what serves pages.
    public init(pages: Pages, api: [UpstreamAddress]? = nil) {
        self.pages = pages
        if case .upstream(let addresses) = pages { self.api = api ?? addresses } else { self.api = api ?? [] }
        self.timeouts = Timeouts()
        self.bodyLimit = 100 * 1024 * 1024
        self.connectionLimit = 256
        self.tunnelLimit = 10_000
        self.productName = "Bulkhead"
        self.signInPaths = ["/api/tenant/sessions", "/api/tenant/activations"]
        self.connectionIdle = .seconds(75)
        self.farewell = .seconds(8)
    }
}
