/// How much a worker does at a time.
public struct WorkerConfiguration: Sendable, Hashable {
    /// Names the worker, for people: the host and the process.
    public var name: String
    /// How many runs it works on at a time; at least 1.
    public var concurrency: Int
    /// How many runs it takes up a second at most; nil for no limit.
    public var startsPerSecond: Double?
    /// For how long a run is taken: what a worker that died holds up.
    public var lease: Duration
    /// How often it asks although nobody called.
    public var poll: Duration

    /// A configuration.
    public init(
        name: String, concurrency: Int = 1, startsPerSecond: Double? = nil, lease: Duration = .seconds(15),
        poll: Duration = .seconds(1)
    ) {
        self.name = name
        self.concurrency = max(1, concurrency)
        self.startsPerSecond = startsPerSecond
        self.lease = lease
        self.poll = poll
    }
}
