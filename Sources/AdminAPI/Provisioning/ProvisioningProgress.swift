import Foundation
import Tenancy
import Workflow

/// How the work about a tenant is coming along: what a run's journal adds up to, for people.
struct ProvisioningProgress: Sendable, Hashable {
    /// The run.
    let run: RunRecord
    /// Why it is not going forward; nil if it is.
    private(set) var reason: String?
    /// All steps of the run's plan, in order.
    private(set) var steps: [StepProgress]

    /// The progress of a run after these events.
    init(_ run: RunRecord, events: [RecordedEvent]) {
        self.run = run
        self.steps = run.header.plan.map(StepProgress.init)
        for event in events { self.apply(event) }
    }

    /// When somebody will go on with it, if nobody is at it just now.
    var nextAttemptAt: Date? {
        self.run.status.isOpen && self.run.worker == nil ? self.run.dueAt : nil
    }

    /// How long it has taken, in milliseconds; until now if it is not over.
    func milliseconds(at now: Date) -> Int {
        let end = self.run.status.isOpen ? now : self.run.updatedAt
        // The store's clock and ours may differ a little.
        return max(0, Int((end.timeIntervalSince(self.run.createdAt) * 1000).rounded()))
    }

    private mutating func apply(_ recorded: RecordedEvent) {
        let event = recorded.event
        switch event.kind {
        case .started, .completed, .compensated: break
        case .attemptStarted, .attemptSucceeded, .attemptFailed, .attemptLost:
            guard let index = self.steps.firstIndex(where: { $0.name == event.step }) else { return }
            self.steps[index].apply(event, at: recorded.at)
        case .compensationStarted, .cancelled:
            self.reason = event.reason
            for index in self.steps.indices { self.steps[index].turnBack(at: recorded.at) }
        case .resumed:
            if self.run.status == .running || self.run.status == .completed { self.reason = nil }
            for index in self.steps.indices { self.steps[index].resume() }
        case .deadLettered:
            self.reason = event.reason
        }
    }
}
