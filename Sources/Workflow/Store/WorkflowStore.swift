/// Where runs and their journals are kept, for workers.
///
/// How runs are created is the store's own business: it happens in the transaction of whoever wants the work done.
public protocol WorkflowStore: Sendable {
    /// Takes a run that is due, and that nobody holds, for the length of a lease by the store's clock.
    ///
    /// Runs about one subject are given out in the order of their creation, one at a time. Of several callers each gets
    /// another run, and none waits.
    ///
    /// - Returns: nil if there is nothing to do.
    func claim(_ request: ClaimRequest) async throws -> ClaimedRun?

    /// Appends to a run's journal, and says what becomes of the run: all or nothing, and only while `fence` is good.
    ///
    /// - Returns: the right of the next attempt, if the worker keeps the run.
    /// - Throws: ``FenceLost``; whatever keeps the store from answering.
    func record(_ events: [RunEvent], under fence: Fence, then transition: RunTransition) async throws -> Fence

    /// Keeps a run for the length of another lease.
    ///
    /// - Throws: ``FenceLost``.
    func renew(_ fence: Fence, lease: Duration) async throws

    /// The status of a run; nil if there is none.
    func status(of run: RunID) async throws -> RunStatus?

    /// Calls back whenever runs may have become due, until the task is cancelled.
    ///
    /// Also calls back when it begins to watch, and begins anew: nobody was told of what happened before. A hint: calls
    /// may be lost, so whoever waits also asks from time to time.
    func watch(_ onChange: @Sendable () -> Void) async
}

/// What a worker can do.
public struct ClaimRequest: Sendable {
    /// Workflows and the steps of each that the worker knows: a run with another step is left for a newer worker.
    public var workflows: [WorkflowName: [StepName]]
    /// Names the worker, for people.
    public var worker: String
    /// For how long the run is taken.
    public var lease: Duration
    /// The only run that is wanted; nil for any.
    public var only: RunID?

    /// What a worker can do.
    public init(workflows: [WorkflowName: [StepName]], worker: String, lease: Duration, only: RunID? = nil) {
        self.workflows = workflows
        self.worker = worker
        self.lease = lease
        self.only = only
    }
}

/// A run in the hands of a worker.
public struct ClaimedRun: Sendable {
    /// What it was started with.
    public let header: RunHeader
    /// What has happened so far.
    public let events: [RecordedEvent]
    /// The right to write.
    public let fence: Fence

    /// A run in the hands of a worker.
    public init(header: RunHeader, events: [RecordedEvent], fence: Fence) {
        self.header = header
        self.events = events
        self.fence = fence
    }
}

/// What becomes of a run when something has been recorded.
public enum RunTransition: Sendable, Hashable {
    /// The worker keeps it, for this long; the next attempt begins.
    ///
    /// `isDurable`: whether the record has to outlive a crash of the store before the worker goes on. Otherwise a crash
    /// may take the record away together with whatever effects of the store's own came after it.
    case keep(lease: Duration, RunStatus, isDurable: Bool)
    /// It is free, and due after this time.
    case release(after: Duration, RunStatus)
    /// It is over, or waits for somebody.
    case end(RunStatus)
}
