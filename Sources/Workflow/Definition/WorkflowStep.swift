/// One named part of a workflow: something that can be done, done again, and undone.
///
/// A process may die between the effect of a step and the record of it, so both directions must bear repetition:
/// performing what is done already changes nothing and gives the same output, and undoing what was never done, or is
/// undone already, is no error. `WorkflowTestKit` tries just that.
public protocol WorkflowStep<Input>: Sendable {
    /// What the workflow was started with.
    associatedtype Input: Codable & Sendable
    /// What later steps and ``undo(_:output:in:)`` want to know.
    associatedtype Output: Codable & Sendable

    /// The step's name in its workflow.
    var name: StepName { get }
    /// How often it is tried and how long it may take.
    var policy: StepPolicy { get }
    /// Where it has its effect.
    var effect: StepEffect { get }

    /// Has the effect.
    ///
    /// - Throws: ``StepFailure``, or anything else, which is taken for something that may work next time.
    func perform(_ input: Input, in context: StepContext) async throws -> StepResult<Output>

    /// Takes the effect back.
    ///
    /// - Parameter output: what the step gave; nil if it is not known to have finished.
    /// - Returns: what was seen, for the record.
    func undo(_ input: Input, output: Output?, in context: StepContext) async throws -> JSONDocument
}

extension WorkflowStep {
    /// The standard policy.
    public var policy: StepPolicy { .standard }
    /// In the database.
    public var effect: StepEffect { .inDatabase }
}

/// Where a step has its effect: what has to be on record before an attempt, and how firmly.
public enum StepEffect: Sendable, Hashable {
    /// Nowhere: it only looks, or reports.
    ///
    /// Nothing is recorded before it, and what came of it travels with the next record.
    case none
    /// In the database that keeps the journal, behind the fence.
    ///
    /// That an attempt began is recorded before it, and may be forgotten in a crash of the database; an effect is durable
    /// before its step returns.
    case inDatabase
    /// Elsewhere: a mail, a record in a name server.
    ///
    /// Attempts are on record for good before they begin.
    case external
}

/// What a step gives and what it can show for itself.
public struct StepResult<Output: Codable & Sendable>: Sendable {
    /// What later steps want to know.
    public var output: Output
    /// What was done and seen; recorded and shown, so without secrets.
    public var evidence: JSONDocument

    /// A result.
    public init(_ output: Output, evidence: JSONDocument) {
        self.output = output
        self.evidence = evidence
    }
}

/// The output of a step that has nothing to tell.
public struct NoOutput: Codable, Sendable, Hashable {
    /// Nothing.
    public init() {}
}

extension StepResult where Output == NoOutput {
    /// Nothing but evidence.
    public init(evidence: JSONDocument) { self.init(NoOutput(), evidence: evidence) }
}
