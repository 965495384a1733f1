public import Foundation

/// Something that happened to a run.
///
/// The journal of a run is all there is to know about it: its state is computed from the events, its evidence is in
/// them, and whoever watches a run is sent them.
public struct RunEvent: Sendable, Hashable, Codable {
    /// What happened.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The run was created.
        case started
        /// A worker began an attempt.
        case attemptStarted
        /// The attempt worked.
        case attemptSucceeded
        /// The attempt failed.
        case attemptFailed
        /// The worker of the attempt was not heard of again; whether it had an effect is unknown.
        case attemptLost
        /// From here on steps are undone.
        case compensationStarted
        /// Somebody wants the run undone.
        case cancelled
        /// Somebody wants it tried again.
        case resumed
        /// All steps are done.
        case completed
        /// All steps are undone.
        case compensated
        /// Nothing more is tried until somebody resumes the run.
        case deadLettered
    }

    /// What happened.
    public var kind: Kind
    /// To which step; nil if it is about the run.
    public var step: StepName?
    /// In which direction the step was run.
    public var direction: Direction?
    /// The number of the attempt at the step in this direction; from 1.
    public var number: Int?
    /// Why: the reason of a failure, of a cancellation.
    public var reason: String?
    /// What the step gave.
    public var output: JSONDocument?
    /// What was done and seen.
    public var evidence: JSONDocument?
    /// How long the attempt took, in milliseconds.
    public var milliseconds: Int?
    /// In how many milliseconds it is tried again; nil if it is not.
    public var retryInMilliseconds: Int?

    /// An event.
    public init(
        _ kind: Kind, step: StepName? = nil, direction: Direction? = nil, number: Int? = nil, reason: String? = nil,
        output: JSONDocument? = nil, evidence: JSONDocument? = nil, milliseconds: Int? = nil,
        retryInMilliseconds: Int? = nil
    ) {
        self.kind = kind
        self.step = step
        self.direction = direction
        self.number = number
        self.reason = reason
        self.output = output
        self.evidence = evidence
        self.milliseconds = milliseconds
        self.retryInMilliseconds = retryInMilliseconds
    }

    /// An event about an attempt.
    init(_ kind: Kind, _ attempt: Attempt, reason: String? = nil) {
        self.init(kind, step: attempt.step, direction: attempt.direction, number: attempt.number, reason: reason)
    }
}

/// An event as the journal has it.
public struct RecordedEvent: Sendable, Hashable {
    /// Its place in the run's journal; from 1, without gaps.
    public let sequence: Int
    /// When it was recorded, by the store's clock.
    public let at: Date
    /// What happened.
    public let event: RunEvent

    /// An event as the journal has it.
    public init(sequence: Int, at: Date, event: RunEvent) {
        self.sequence = sequence
        self.at = at
        self.event = event
    }
}

/// One try at one step in one direction.
public struct Attempt: Sendable, Hashable {
    /// The step.
    public var step: StepName
    /// The direction.
    public var direction: Direction
    /// How often it has been tried in this direction, this time included.
    public var number: Int

    /// An attempt.
    public init(step: StepName, direction: Direction, number: Int) {
        self.step = step
        self.direction = direction
        self.number = number
    }
}
