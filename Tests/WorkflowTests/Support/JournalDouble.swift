import Foundation
import Synchronization
import Workflow

/// The journal of one run, which changes each time somebody has asked for events.
final class JournalDouble: WorkflowJournal {
    let run = RunID.random()
    private let rounds: Mutex<[(status: RunStatus, events: [RecordedEvent])]>
    private let questions = Mutex<[Int]>([])
    private let hints = Mutex<(@Sendable () -> Void)?>(nil)

    /// A journal that is in turn as these say; as the last one in the end.
    init(_ rounds: [(status: RunStatus, events: [RecordedEvent])]) {
        self.rounds = Mutex(rounds)
    }

    /// Behind which sequences events were asked for.
    var asked: [Int] { self.questions.withLock { $0 } }

    func run(_ id: RunID) async throws -> RunRecord? {
        let header = RunHeader(id: self.run, workflow: "tests.flow", subject: "it", input: .null, plan: ["one"])
        guard id == self.run, let status = self.rounds.withLock({ $0.first?.status }) else { return nil }
        return RunRecord(
            header: header, status: status, worker: nil, dueAt: .distantPast, createdAt: .distantPast,
            updatedAt: .distantPast)
    }

    func latestRun(about subject: String, of workflows: [WorkflowName]) async throws -> RunRecord? {
        try await self.run(self.run)
    }

    func events(of run: RunID, after sequence: Int) async throws -> [RecordedEvent] {
        self.questions.withLock { $0.append(sequence) }
        let events = self.rounds.withLock { $0.count > 1 ? $0.removeFirst().events : $0.first?.events ?? [] }
        self.hints.withLock { $0 }?()
        return events.filter { $0.sequence > sequence }
    }

    func watch(_ run: RunID, _ onChange: @escaping @Sendable () -> Void) async {
        self.hints.withLock { $0 = onChange }
        onChange()
        do { try await Gate().pass() } catch {}
    }

    func resume(_ run: RunID, by actor: String) async throws -> Bool { false }
}
