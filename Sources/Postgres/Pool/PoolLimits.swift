/// The bounds of a pool; see ``PostgresConfiguration`` for what each is for.
struct PoolLimits: Sendable {
    var connections = 8
    var leased = 4
    var queued = 1024
    var inFlight = 16
    var headOfLine = Duration.milliseconds(5)
    var age = Duration.seconds(1800)
    var uses = 1_000_000
    var idle = Duration.seconds(600)
    /// How many batches may be in flight on the connection that a scope prefers before another one is chosen.
    var affinityDepth = 8
    /// The same while another connection has nothing to do.
    var affinityDepthBesideIdle = 2
}
