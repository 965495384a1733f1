import Foundation
import Synchronization
import Workflow

/// Runs that tests write by hand, and nobody works on.
final class MemoryJournal: WorkflowJournal {
    struct Run: Sendable {
        let header: RunHeader
        var status = RunStatus.running
        var worker: String?
        var dueAt: Date
        var events: [RecordedEvent] = []
        /// How many events were ever written, those included that are gone.
        var written = 0
    }
    private struct State {
        var runs: [Run] = []
        var watchers: [Int: @Sendable () -> Void] = [:]
        var lastWatcher = 0
    }
    private let state = Mutex(State())

    /// When runs begin; each event comes a second after the one before.
    static let start = Date(timeIntervalSince1970: 1_767_225_600)

    /// How many wait for something to happen.
    var watchers: Int { self.state.withLock { $0.watchers.count } }

    @discardableResult
    func begin(about subject: String, _ workflow: WorkflowName = "tenant.provision", plan: [StepName]) -> RunID {
        let header = RunHeader(id: .random(), workflow: workflow, subject: subject, input: .null, plan: plan)
        self.change { $0.runs.append(Run(header: header, dueAt: Self.start)) }
        self.append(RunEvent(.started), to: header.id)
        return header.id
    }

    /// Writes an event down; the status follows.
    func append(_ event: RunEvent, to run: RunID) {
        self.update(run) { run in
            let sequence = run.events.count + 1
            run.events.append(
                RecordedEvent(sequence: sequence, at: Self.start + TimeInterval(run.written), event: event))
            run.written += 1
            switch event.kind {
            case .completed: run.status = .completed
            case .compensated: run.status = .compensated
            case .deadLettered: run.status = .dead
            case .cancelled, .compensationStarted: run.status = .compensating
            case .resumed: run.status = .running
            default: break
            }
        }
    }

    /// Takes all events of a run away but the first ones, as a crash of the database does.
    func lose(allBut count: Int, of run: RunID) {
        self.update(run) { $0.events.removeLast($0.events.count - count) }
    }

    func update(_ run: RunID, _ body: (inout Run) -> Void) {
        self.change { state in
            for index in state.runs.indices where state.runs[index].header.id == run { body(&state.runs[index]) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let watchers = self.state.withLock { state in
            body(&state)
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher() }
    }

    func latestRun(about subject: String, of workflows: [WorkflowName]) async throws -> RunRecord? {
        self.state.withLock { state in
            state.runs.last { $0.header.subject == subject && workflows.contains($0.header.workflow) }
        }.map(Self.record)
    }

    func run(_ id: RunID) async throws -> RunRecord? {
        self.state.withLock { state in state.runs.first { $0.header.id == id } }.map(Self.record)
    }

    func events(of run: RunID, after sequence: Int) async throws -> [RecordedEvent] {
        let events = self.state.withLock { state in state.runs.first { $0.header.id == run }?.events ?? [] }
        return events.filter { $0.sequence > sequence }
    }

    func watch(_ run: RunID, _ onChange: @escaping @Sendable () -> Void) async {
        let number = self.state.withLock { state in
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = onChange
            return state.lastWatcher
        }
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        await withTaskCancellationHandler {
            for await _ in ended {}
        } onCancel: {
            end.finish()
        }
        self.state.withLock { $0.watchers[number] = nil }
    }

    func resume(_ run: RunID, by actor: String) async throws -> Bool {
        guard let found = try await self.run(run) else { return false }
        let waits = found.status.isOpen && found.worker == nil && found.dueAt > Date()
        guard found.status == .dead || waits else { return false }
        self.update(run) { $0.dueAt = Self.start }
        self.append(RunEvent(.resumed, reason: "by \(actor)"), to: run)
        return true
    }

    private static func record(_ run: Run) -> RunRecord {
        RunRecord(
            header: run.header, status: run.status, worker: run.worker, dueAt: run.dueAt, createdAt: self.start,
            updatedAt: run.events.last?.at ?? self.start)
    }
}
