/// What a client is doing, for metrics and readiness.
public struct PostgresStatistics: Sendable, Hashable {
    /// Open connections of the pool.
    public var open = 0
    /// Open connections without anything to do.
    public var idle = 0
    /// Connections lent to a closure.
    public var leased = 0
    /// Connections that are being opened.
    public var connecting = 0
    /// Batches that wait for a connection.
    public var queued = 0
    /// Tasks that wait for a connection of their own.
    public var waitingForLease = 0
    /// Batches that were sent and are not answered.
    public var inFlight = 0
    /// Batches answered since the start.
    public var batches: UInt64 = 0
    /// Batches that failed since the start.
    public var errors: UInt64 = 0
    /// Connections opened since the start.
    public var connectionsOpened: UInt64 = 0
    /// Connections that broke since the start; those closed by the client itself do not count.
    public var connectionsLost: UInt64 = 0

    init() {}
}
