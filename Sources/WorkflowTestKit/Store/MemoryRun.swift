import Foundation
import Workflow

/// A run as the store in memory has it: its journal, and who may write to it.
struct MemoryRun: Sendable {
    let header: RunHeader
    private(set) var journal: [RecordedEvent] = []
    private(set) var status = RunStatus.running
    /// The only attempt that may write.
    private(set) var attempt = 0
    private(set) var due: Duration
    private var holder: (worker: String, until: Duration)?

    init(_ header: RunHeader, due: Duration) {
        self.header = header
        self.due = due
    }

    var fence: Fence { Fence(run: self.header.id, attempt: self.attempt) }

    /// Who has the run; nil if nobody has, or the lease has run out.
    func holder(at now: Duration) -> String? {
        self.holder.flatMap { $0.until > now ? $0.worker : nil }
    }

    func isDue(at now: Duration) -> Bool { self.status.isOpen && self.due <= now }

    /// Whether nobody has it, and nobody will before its next attempt is due.
    func isWaiting(at now: Duration) -> Bool { self.status.isOpen && self.due > now && self.holder(at: now) == nil }

    /// Whether the worker knows the workflow and every step of the plan.
    func isKnown(to request: ClaimRequest) -> Bool {
        guard let steps = request.workflows[self.header.workflow] else { return false }
        return Set(steps).isSuperset(of: self.header.plan)
    }

    mutating func claim(_ request: ClaimRequest, at now: Duration) -> ClaimedRun {
        self.attempt += 1
        self.holder = (request.worker, now + request.lease)
        return ClaimedRun(header: self.header, events: self.journal, fence: self.fence)
    }

    mutating func record(
        _ events: [RunEvent], under fence: Fence, then transition: RunTransition, at now: Duration, _ date: Date
    ) throws -> Fence {
        try self.check(fence)
        self.append(events, date)
        self.attempt += 1
        switch transition {
        case .keep(let lease, let status, _):
            self.status = status
            self.holder = self.holder.map { ($0.worker, now + lease) }
        case .release(let delay, let status):
            self.status = status
            self.due = now + delay
            self.holder = nil
        case .end(let status):
            self.status = status
            self.holder = nil
        }
        return self.fence
    }

    mutating func renew(_ fence: Fence, lease: Duration, at now: Duration) throws {
        try self.check(fence)
        self.holder = self.holder.map { ($0.worker, now + lease) }
    }

    /// Appends what did not come from a worker; whoever has the run loses it.
    mutating func intervene(_ event: RunEvent, at now: Duration, _ date: Date) {
        self.append([event], date)
        self.status = self.statusByJournal
        self.attempt += 1
        self.due = now
        self.holder = nil
    }

    mutating func begin(with events: [RunEvent], _ date: Date) {
        self.append([RunEvent(.started)] + events, date)
        self.status = self.statusByJournal
    }

    /// What the journal says the status is; what a workflow would do about failures does not matter for it.
    private var statusByJournal: RunStatus {
        let workflow = Workflow(self.header.workflow, exhaustion: .compensate, pivot: nil, steps: [])
        return RunState(plan: self.header.plan, workflow: workflow, events: self.journal.map(\.event)).status
    }

    private func check(_ fence: Fence) throws {
        guard fence == self.fence, self.holder != nil, self.status.isOpen else { throw FenceLost(fence) }
    }

    private mutating func append(_ events: [RunEvent], _ date: Date) {
        for event in events {
            self.journal.append(RecordedEvent(sequence: self.journal.count + 1, at: date, event: event))
        }
    }
}
