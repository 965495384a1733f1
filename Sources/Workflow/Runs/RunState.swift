/// The state of a run: what its journal adds up to, and what follows from it.
///
/// A value without I/O; every decision about a run is made here.
public struct RunState: Sendable {
    /// How far one step has come.
    private struct Progress {
        var isDone = false
        var isUndone = false
        var wasTried = false
        var output: JSONDocument?
        /// Failures in a row in the present direction.
        var failures = 0
        /// Attempts in each direction, for their numbers.
        var attempts: [Direction: Int] = [:]
    }

    /// What is to be done next.
    public enum Action: Sendable, Hashable {
        /// Try a step.
        case attempt(Attempt)
        /// Write down that the run is over.
        case end(RunEvent.Kind)
        /// Nothing: the run is over, or waits for somebody.
        case none
    }

    /// Where the run is.
    public private(set) var status: RunStatus = .running
    /// Why it is not, or not only, going forward.
    public private(set) var reason: String?
    /// The attempt that began and has not ended.
    public private(set) var openAttempt: Attempt?

    private let plan: [StepName]
    private let pivot: StepName?
    private let exhaustion: Workflow.Exhaustion
    private var direction: Direction = .forward
    private var progress: [StepName: Progress]

    /// The state of a run after these events.
    ///
    /// - Parameters:
    ///   - plan: the run's steps.
    ///   - workflow: what decides over failures.
    public init(plan: [StepName], workflow: Workflow, events: [RunEvent] = []) {
        self.plan = plan
        self.pivot = workflow.pivot
        self.exhaustion = workflow.exhaustion
        self.progress = Dictionary(plan.map { ($0, Progress()) }) { first, _ in first }
        for event in events { self.apply(event) }
    }

    /// What the steps that are done gave.
    public var outputs: [StepName: JSONDocument] { self.progress.compactMapValues { $0.isDone ? $0.output : nil } }

    /// What a step gave, if it is known to have finished.
    public func output(of step: StepName) -> JSONDocument? { self.progress[step]?.output }

    /// How often a step has failed in a row.
    public func failures(of step: StepName) -> Int { self.progress[step]?.failures ?? 0 }

    /// What is to be done next.
    public var next: Action {
        switch self.status {
        case .completed, .compensated, .dead: return .none
        case .running:
            guard let step = self.plan.first(where: { !self[$0].isDone }) else { return .end(.completed) }
            return .attempt(self.nextAttempt(at: step, .forward))
        case .compensating:
            let step = self.plan.last { (self[$0].isDone || self[$0].wasTried) && !self[$0].isUndone }
            guard let step else { return .end(.compensated) }
            return .attempt(self.nextAttempt(at: step, .backward))
        }
    }

    /// The events that follow from the failure of an attempt: the failure, and what becomes of the run.
    ///
    /// - Parameter jitter: a random number from 0 to 1.
    public func events(
        after failure: StepFailure, of attempt: Attempt, policy: RetryPolicy, milliseconds: Int?, jitter: Double
    ) -> [RunEvent] {
        var event = RunEvent(.attemptFailed, attempt, reason: failure.reason)
        event.evidence = failure.evidence
        event.milliseconds = milliseconds
        let failures = self[attempt.step].failures + 1
        if failure.retry != .never, failures < policy.maximumAttempts {
            var retryAfter: Duration?
            if case .after(let duration) = failure.retry { retryAfter = duration }
            let delay = policy.delay(afterFailures: failures, retryAfter: retryAfter, jitter: jitter)
            event.retryInMilliseconds = delay.wholeMilliseconds
            return [event]
        }
        return [event, self.giveUp(attempt, failure.reason, isCertain: failure.retry == .never)]
    }

    /// The events that follow when nothing is heard of an attempt any more.
    public func eventsAfterLoss(of attempt: Attempt, policy: RetryPolicy) -> [RunEvent] {
        let reason = "the worker stopped in the middle of it"
        let lost = RunEvent(.attemptLost, attempt, reason: reason)
        // A run that takes its worker down every time must not do so for ever.
        guard self[attempt.step].failures + 1 >= policy.maximumAttempts else { return [lost] }
        return [lost, self.giveUp(attempt, reason, isCertain: false)]
    }

    /// - Parameter isCertain: whether the attempt is known to have had no effect. A pivot that may have had its effect is
    ///   not undone: what it did may be out in the world.
    private func giveUp(_ attempt: Attempt, _ reason: String, isCertain: Bool) -> RunEvent {
        let reason = "\(attempt.step): \(reason)"
        let isOut = self.isPastPivot || (attempt.step == self.pivot && !isCertain)
        guard attempt.direction == .forward, self.exhaustion == .compensate, !isOut else {
            return RunEvent(.deadLettered, reason: reason)
        }
        return RunEvent(.compensationStarted, reason: reason)
    }

    /// Whether what the run did is out in the world.
    public var isPastPivot: Bool { self.pivot.map { self[$0].isDone } ?? false }

    /// Takes an event into account; what comes behind the end of a run changes nothing.
    public mutating func apply(_ event: RunEvent) {
        guard self.status != .completed, self.status != .compensated else { return }
        switch event.kind {
        case .started: break
        case .attemptStarted, .attemptSucceeded, .attemptFailed, .attemptLost: self.applyAttempt(event)
        case .compensationStarted, .cancelled: self.turnBack(event.reason)
        case .resumed:
            guard self.status == .dead else { return }
            self.status = self.direction == .forward ? .running : .compensating
            self.forgetFailures()
        case .completed: self.status = .completed
        case .compensated: self.status = .compensated
        case .deadLettered:
            self.status = .dead
            self.reason = event.reason
        }
    }

    private mutating func applyAttempt(_ event: RunEvent) {
        guard let step = event.step, let direction = event.direction, let number = event.number else { return }
        self.openAttempt = nil
        self.progress[step, default: Progress()].attempts[direction] = number
        switch event.kind {
        case .attemptStarted:
            self.openAttempt = Attempt(step: step, direction: direction, number: number)
            self.progress[step]?.wasTried = true
        case .attemptSucceeded:
            self.progress[step]?.failures = 0
            if direction == .forward {
                self.progress[step]?.isDone = true
                self.progress[step]?.output = event.output
            } else {
                self.progress[step]?.isUndone = true
            }
        default: self.progress[step]?.failures += 1
        }
    }

    private mutating func turnBack(_ reason: String?) {
        self.status = .compensating
        self.direction = .backward
        self.reason = reason
        self.openAttempt = nil
        self.forgetFailures()
    }

    private mutating func forgetFailures() {
        for step in self.plan { self.progress[step]?.failures = 0 }
    }

    private func nextAttempt(at step: StepName, _ direction: Direction) -> Attempt {
        Attempt(step: step, direction: direction, number: (self[step].attempts[direction] ?? 0) + 1)
    }

    private subscript(step: StepName) -> Progress { self.progress[step] ?? Progress() }
}

extension Duration {
    /// Rounded to milliseconds, towards zero; a span that is too long for the type is cut off.
    public var wholeMilliseconds: Int {
        let (seconds, attoseconds) = self.components
        let (milliseconds, overflows) = Int(seconds).multipliedReportingOverflow(by: 1000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let (sum, overflowsToo) = milliseconds.addingReportingOverflow(Int(attoseconds / 1_000_000_000_000_000))
        return overflowsToo ? (seconds < 0 ? .min : .max) : sum
    }
}
