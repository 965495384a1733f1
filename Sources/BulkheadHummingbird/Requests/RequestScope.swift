public import NIOCore
public import Tenancy

/// What is known about a request besides its text; grows while the request goes inwards.
public struct RequestScope: Sendable {
    /// The direct peer; nil if it has no address, as in tests without sockets.
    public let peer: SocketAddress?
    /// Where the request comes from, past the proxies that are trusted; nil if the peer has no address.
    ///
    /// Set by
    /// ``RequestEnvelope``.
    public internal(set) var client: IPAddress?
    /// Identifies the request; set by ``RequestEnvelope``.
    public internal(set) var requestID = ""
    /// The host that the request names; set by ``RequestEnvelope``.
    public internal(set) var host: HostName?
    /// What the host stands for; set by ``RequestEnvelope``.
    public internal(set) var target: HostTarget = .unknown
    /// When the answer is of no use any more; set by ``RequestEnvelope``.
    public internal(set) var deadline: ContinuousClock.Instant
    /// How large a body the server reads, in bytes; set by ``RequestEnvelope``.
    public internal(set) var maximumBodySize = RequestLimits.standard.bodySize
    /// Who is behind the request; set by ``TenantMiddleware`` or its counterpart for administrators.
    public package(set) var identity: RequestIdentity = .anonymous
    /// The tenant that the request is for; set by ``TenantMiddleware``.
    public package(set) var tenant: TenantContext?

    /// The scope of a new request.
    public init(peer: SocketAddress?) {
        self.peer = peer
        self.deadline = .now + RequestLimits.standard.duration
    }
}

/// How much of the server one request may take.
public struct RequestLimits: Sendable, Hashable {
    /// The largest body that is read, in bytes.
    public var bodySize: Int
    /// How long a request may take until its deadline.
    public var duration: Duration

    /// Limits.
    public init(bodySize: Int, duration: Duration) {
        self.bodySize = bodySize
        self.duration = duration
    }

    /// 64 KiB and 30 seconds.
    public static let standard = RequestLimits(bodySize: 64 * 1024, duration: .seconds(30))
}

/// Who is behind a request, as far as its token says.
public enum RequestIdentity: Sendable, Equatable {
    /// There is no token.
    case anonymous
    /// There is a token, and it is no good. Routes that need none ignore that.
    case refused(ProblemDetails)
    /// The token is genuine, for this host, and in date.
    case proven(Principal)
}
