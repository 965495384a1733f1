/// What a server does.
public enum ServerRole: String, Sendable, CaseIterable {
    /// Everything.
    case all
    /// Answers requests, and leaves durable work to others.
    case api
    /// Does durable work - tenants, mail, the pool of schemas made in advance - and answers only the management port.
    case worker
    /// Stands in front: finds the tenant of each request and passes it on; see ``EdgeProcess``.
    case edge

    /// Whether it answers requests.
    public var servesRequests: Bool { self != .worker }
    /// Whether it does durable work.
    public var works: Bool { self == .all || self == .worker }
}
