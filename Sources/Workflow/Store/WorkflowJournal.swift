public import Foundation
import ServiceLifecycle
import Synchronization

/// What is known about runs, for people and programs that watch them.
public protocol WorkflowJournal: Sendable {
    /// The youngest run about a subject, of certain workflows; nil if there is none.
    func latestRun(about subject: String, of workflows: [WorkflowName]) async throws -> RunRecord?

    /// A run; nil if there is none.
    func run(_ id: RunID) async throws -> RunRecord?

    /// The events of a run behind `sequence`, in order.
    func events(of run: RunID, after sequence: Int) async throws -> [RecordedEvent]

    /// Calls back whenever the run may have changed, until the task is cancelled; a hint, calls may be lost.
    func watch(_ run: RunID, _ onChange: @escaping @Sendable () -> Void) async

    /// Has a run tried again now, from where it stopped: one that gave up, or one that waits for its next attempt.
    ///
    /// One that gave up may fail as often again as in the beginning; for one that waits only the wait is over.
    ///
    /// - Parameter actor: who wants that, for the journal.
    /// - Returns: false if the run is over, due already, or in somebody's hands.
    func resume(_ run: RunID, by actor: String) async throws -> Bool
}

/// A run as the store has it.
public struct RunRecord: Sendable, Hashable {
    /// What it was started with.
    public let header: RunHeader
    /// Where it is.
    public let status: RunStatus
    /// Who works on it; nil if nobody does.
    public let worker: String?
    /// When somebody will work on it at the earliest.
    public let dueAt: Date
    /// When it was created.
    public let createdAt: Date
    /// When something last happened to it.
    public let updatedAt: Date

    /// A run as the store has it.
    public init(
        header: RunHeader, status: RunStatus, worker: String?, dueAt: Date, createdAt: Date, updatedAt: Date
    ) {
        self.header = header
        self.status = status
        self.worker = worker
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Up to which event somebody has been told a run's journal.
private struct ToldEvents {
    private var last: Int
    /// Tells the last event from another one of its number; nil as long as it was not seen here.
    private var at: Date?

    init(upTo last: Int) {
        self.last = last
    }

    /// Behind which event to ask: the last one comes again, which shows whether it is still there.
    var nextQuestion: Int { max(self.last - 1, 0) }

    /// Notes the answer as told.
    ///
    /// - Returns: what is new in it; nil if the last event is gone, and everything is to be told anew.
    mutating func add(_ answer: [RecordedEvent]) -> [RecordedEvent]? {
        let isBeginning = self.last == 0
        if !isBeginning {
            guard let known = answer.first, known.sequence == self.last, known.at == self.at ?? known.at else {
                self = Self(upTo: 0)
                return nil
            }
        }
        guard let newest = answer.last else { return [] }
        (self.last, self.at) = (newest.sequence, newest.at)
        return isBeginning ? answer : Array(answer.dropFirst())
    }
}

extension WorkflowJournal {
    /// Hands out what happens to a run, as it happens, from behind `sequence` until the run is over, or until graceful
    /// shutdown.
    ///
    /// What is recorded may be seen before it is on disk: a crash of the store takes it away, and other events get its
    /// numbers. Then the run is handed out anew, from its first event.
    ///
    /// - Parameters:
    ///   - quiet: how long nothing may happen before `body` is called with no events, so that its reader knows that it
    ///     is still there.
    ///   - body: called with events in order, each once unless they begin anew; what it throws ends this.
    public func follow(
        _ run: RunID, after sequence: Int, quiet: Duration = .seconds(15),
        _ body: ([RecordedEvent]) async throws -> Void
    ) async throws {
        let signal = WakeSignal()
        let isStopping = Mutex(false)
        try await withGracefulShutdownHandler {
            try await self.follow(run, after: sequence, quiet, signal, { isStopping.withLock { $0 } }, body)
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            signal.raise()
        }
    }

    private func follow(
        _ run: RunID, after sequence: Int, _ quiet: Duration, _ signal: WakeSignal, _ isStopping: () -> Bool,
        _ body: ([RecordedEvent]) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(run) { signal.raise() } }
            group.addTask {
                // Notifications are hints: ask now and then all the same.
                while true {
                    try await ContinuousClock().sleep(for: .seconds(1))
                    signal.raise()
                }
            }
            defer { group.cancelAll() }
            var told = ToldEvents(upTo: sequence)
            var silentSince = ContinuousClock.now
            while true {
                try Task.checkCancellation()
                // In this order: what is recorded in between is found by the next round, and a run that is over has
                // recorded everything.
                let status = try await self.run(run)?.status
                let events = try await self.events(of: run, after: told.nextQuestion)
                guard let news = told.add(events) else { continue }
                if !news.isEmpty {
                    try await body(news)
                    silentSince = .now
                } else if silentSince.duration(to: .now) > quiet {
                    try await body([])
                    silentSince = .now
                }
                guard let status, status.isOpen, !isStopping() else { return }
                await signal.wait()
            }
        }
    }

    /// Waits until a run is over, or for so long.
    ///
    /// - Returns: its status by then; nil if there is no such run.
    public func wait(for run: RunID, atMost limit: Duration) async throws -> RunStatus? {
        let signal = WakeSignal()
        let deadline = ContinuousClock.now + limit
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(run) { signal.raise() } }
            group.addTask {
                // Notifications are hints: ask now and then all the same.
                repeat {
                    try await ContinuousClock().sleep(until: min(.now + .seconds(1), deadline))
                    signal.raise()
                } while ContinuousClock.now < deadline
            }
            defer { group.cancelAll() }
            while true {
                try Task.checkCancellation()
                let status = try await self.run(run)?.status
                guard status?.isOpen == true, ContinuousClock.now < deadline else { return status }
                await signal.wait()
            }
        }
    }
}
