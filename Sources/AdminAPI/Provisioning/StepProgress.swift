import Foundation
import Workflow

/// How far one step of a run has come.
struct StepProgress: Sendable, Hashable {
    /// How far it is.
    enum Status: String, Sendable, Hashable {
        /// Nobody has tried yet.
        case pending
        /// Somebody is at it, forward or backward.
        case running
        /// Performed.
        case done
        /// Tried in vain, and not tried again unless somebody wants it.
        case failed
        /// Tried in vain, and will be tried again.
        case retrying
        /// Undone.
        case undone
        /// Whoever was at it was not heard of again; whether it had an effect is unknown.
        case lost
    }

    /// The step.
    let name: StepName
    /// All tries, in order, forward and backward.
    private(set) var attempts: [AttemptProgress] = []
    /// Whether a failure is behind us because somebody wanted the run tried again.
    private var isResumed = false
    /// Whether the run has turned back since the last try.
    private var isTurned = false

    init(_ name: StepName) {
        self.name = name
    }

    /// How far it is.
    var status: Status {
        guard let last = self.attempts.last else { return .pending }
        switch last.outcome {
        case .running: return .running
        case .succeeded: return last.direction == .forward ? .done : .undone
        case .lost: return .lost
        case .failed:
            if self.isTurned { return .failed }
            return self.isResumed || last.retryInMilliseconds != nil ? .retrying : .failed
        }
    }

    /// Takes an event about an attempt at this step into account.
    mutating func apply(_ event: RunEvent, at date: Date) {
        guard let number = event.number, let direction = event.direction else { return }
        if event.kind == .attemptStarted {
            self.loseOpenAttempt(at: date)
            self.attempts.append(AttemptProgress(number: number, direction: direction, startedAt: date))
            (self.isResumed, self.isTurned) = (false, false)
        } else if let index = self.attempts.lastIndex(where: { $0.number == number && $0.direction == direction }) {
            self.attempts[index].finish(event, at: date)
        }
    }

    /// The run turns back: whoever was at a step has lost it, and what failed is not tried again forward.
    mutating func turnBack(at date: Date) {
        self.loseOpenAttempt(at: date)
        (self.isResumed, self.isTurned) = (false, true)
    }

    /// Somebody wants the run tried again.
    mutating func resume() {
        // What failed before the run turned back stays failed; only undoing goes on.
        if !self.isTurned { self.isResumed = true }
    }

    private mutating func loseOpenAttempt(at date: Date) {
        guard let last = self.attempts.indices.last, self.attempts[last].outcome == .running else { return }
        self.attempts[last].lose(at: date)
    }
}

/// One try at a step, as it went.
struct AttemptProgress: Sendable, Hashable {
    /// How it went.
    enum Outcome: String, Sendable, Hashable {
        case running
        case succeeded
        case failed
        case lost
    }

    /// From 1, in each direction.
    let number: Int
    let direction: Direction
    let startedAt: Date
    private(set) var outcome: Outcome = .running
    private(set) var finishedAt: Date?
    private(set) var milliseconds: Int?
    private(set) var reason: String?
    private(set) var retryInMilliseconds: Int?
    private(set) var evidence: JSONDocument?

    init(number: Int, direction: Direction, startedAt: Date) {
        self.number = number
        self.direction = direction
        self.startedAt = startedAt
    }

    /// Takes the end of the attempt into account.
    mutating func finish(_ event: RunEvent, at date: Date) {
        switch event.kind {
        case .attemptSucceeded: self.outcome = .succeeded
        case .attemptFailed: self.outcome = .failed
        case .attemptLost: self.outcome = .lost
        default: return
        }
        self.finishedAt = date
        self.milliseconds = event.milliseconds
        self.reason = event.reason
        self.retryInMilliseconds = event.retryInMilliseconds
        self.evidence = event.evidence
    }

    /// Notes that nobody will say how the attempt ended.
    mutating func lose(at date: Date) {
        self.outcome = .lost
        self.finishedAt = date
    }
}
