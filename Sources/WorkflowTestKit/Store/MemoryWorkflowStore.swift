public import Foundation
import Synchronization
public import Workflow

/// A store in memory, for tests of workflows: with the rules of a real one, a clock that can be turned, and faults.
///
/// Beyond what ``Workflow/WorkflowStore`` says: a run keeps later ones about its subject waiting as long as it is open,
/// so also while it waits for its next attempt or for a worker who knows its steps, but not when it is dead. What is
/// gone when the process ends is no substitute for tests against the real store.
public final class MemoryWorkflowStore: WorkflowStore {
    private struct State {
        var clock: StoreClock
        var faults = FaultPlan()
        var runs: [RunID: MemoryRun] = [:]
        var order: [RunID] = []
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var lastWatcher = 0
    }

    private let state: Mutex<State>

    /// An empty store.
    ///
    /// - Parameter clockRuns: whether its clock goes by itself; otherwise it only moves when it is turned.
    public init(clockRuns: Bool = true) {
        self.state = Mutex(State(clock: StoreClock(runs: clockRuns)))
    }

    /// Starts a run; does nothing if there is one with this id.
    ///
    /// - Parameter events: what its journal goes on with behind `started`, as if a worker had come so far and died.
    /// - Returns: the run.
    @discardableResult
    public func start(_ header: RunHeader, events: [RunEvent] = []) -> RunID {
        self.change { state in
            guard state.runs[header.id] == nil else { return header.id }
            var run = MemoryRun(header, due: state.clock.now)
            run.begin(with: events, state.clock.date)
            state.runs[header.id] = run
            state.order.append(header.id)
            return header.id
        }
    }

    /// Wants a run undone, whoever has it just now.
    ///
    /// - Returns: whether that changed something: a run that is over, or being undone already, stays as it is.
    @discardableResult
    public func cancel(_ run: RunID, reason: String? = nil) -> Bool {
        self.intervene(in: run, RunEvent(.cancelled, reason: reason)) { run, _ in
            run.status == .running || run.status == .dead
        }
    }

    /// Wants a run tried again now that is dead, or waits for its next attempt.
    ///
    /// - Returns: whether that changed something: other runs stay as they are.
    @discardableResult
    public func resume(_ run: RunID) -> Bool {
        self.intervene(in: run, RunEvent(.resumed)) { $0.status == .dead || $0.isWaiting(at: $1) }
    }

    /// The time by the store's clock.
    public var now: Date { self.state.withLock { $0.clock.date } }

    /// Turns the store's clock forward: leases run out, pauses end.
    public func turnClock(by duration: Duration) {
        self.change { $0.clock.turn(by: duration) }
    }

    /// Makes the next calls fail; several of these follow one another.
    ///
    /// - Parameters:
    ///   - times: how many calls fail.
    ///   - moment: whether they have their effect.
    ///   - error: what is thrown; ``StoreOutage`` if it is nil.
    public func fail(_ call: StoreCall, times: Int = 1, _ moment: FaultMoment, with error: (any Error)? = nil) {
        self.state.withLock { $0.faults.add(call, times: times, moment, error ?? StoreOutage(call)) }
    }

    /// How often the store was called this way, in vain or not.
    public func count(of call: StoreCall) -> Int { self.state.withLock { $0.faults.count(of: call) } }

    /// All runs, in the order of their creation.
    public var runs: [RunID] { self.state.withLock { $0.order } }

    /// What has happened to a run; empty if there is none.
    public func journal(of run: RunID) -> [RecordedEvent] { self.state.withLock { $0.runs[run]?.journal ?? [] } }

    /// The worker that has a run; nil if it is free.
    public func holder(of run: RunID) -> String? {
        self.state.withLock { $0.runs[run]?.holder(at: $0.clock.now) }
    }

    private func intervene(in run: RunID, _ event: RunEvent, where isRight: (MemoryRun, Duration) -> Bool) -> Bool {
        self.change { state in
            guard let found = state.runs[run], isRight(found, state.clock.now) else { return false }
            state.runs[run]?.intervene(event, at: state.clock.now, state.clock.date)
            return true
        }
    }

    /// Changes something and tells those who watch.
    private func change<Result: Sendable>(_ body: (inout sending State) throws -> Result) rethrows -> Result {
        try self.state.withLock { state in
            defer { for watcher in state.watchers.values { watcher.yield() } }
            return try body(&state)
        }
    }
}

extension MemoryWorkflowStore {
    /// Takes the run that has been due for longest.
    public func claim(_ request: ClaimRequest) async throws -> ClaimedRun? {
        try self.state.withLock { state in
            let now = state.clock.now
            let free = Self.free(state.order.compactMap { state.runs[$0] }, at: now).filter {
                $0.isDue(at: now) && $0.isKnown(to: request) && (request.only ?? $0.header.id) == $0.header.id
            }
            // Of equals `min` takes the first, which is the oldest.
            let chosen = free.min { $0.due < $1.due }?.header.id
            return try state.faults.run(.claim) {
                chosen.flatMap { state.runs[$0]?.claim(request, at: now) }
            }
        }
    }

    /// The oldest open run about each subject, unless one about the subject is in somebody's hands.
    private static func free(_ runs: [MemoryRun], at now: Duration) -> [MemoryRun] {
        var subjects = Set(runs.filter { $0.status.isOpen && $0.holder(at: now) != nil }.map(\.header.subject))
        return runs.filter { $0.status.isOpen && subjects.insert($0.header.subject).inserted }
    }

    /// Appends to a journal.
    public func record(
        _ events: [RunEvent], under fence: Fence, then transition: RunTransition
    ) async throws -> Fence {
        try self.change { state in
            guard var run = state.runs[fence.run] else { throw FenceLost(fence) }
            let (now, date) = (state.clock.now, state.clock.date)
            defer { state.runs[fence.run] = run }
            return try state.faults.run(.record) {
                try run.record(events, under: fence, then: transition, at: now, date)
            }
        }
    }

    /// Keeps a run.
    public func renew(_ fence: Fence, lease: Duration) async throws {
        try self.state.withLock { state in
            guard var run = state.runs[fence.run] else { throw FenceLost(fence) }
            let now = state.clock.now
            defer { state.runs[fence.run] = run }
            try state.faults.run(.renew) { try run.renew(fence, lease: lease, at: now) }
        }
    }

    /// The status of a run.
    public func status(of run: RunID) async throws -> RunStatus? { self.state.withLock { $0.runs[run]?.status } }

    /// Calls back after every change that may let a worker go on, until the task is cancelled.
    public func watch(_ onChange: @Sendable () -> Void) async {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watcher = self.state.withLock { state in
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = continuation
            return state.lastWatcher
        }
        defer { self.state.withLock { $0.watchers[watcher] = nil } }
        // What happened before this moment, nobody was told.
        onChange()
        for await _ in changes { onChange() }
    }
}
