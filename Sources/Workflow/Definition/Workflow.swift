/// A workflow: named steps in order, performed forwards and undone backwards.
public struct Workflow: Sendable {
    /// What becomes of a run whose step was tried in vain for the last time.
    public enum Exhaustion: String, Sendable, Hashable {
        /// What is done is undone, in reverse order.
        case compensate
        /// Nothing: the run waits for somebody who resumes it by hand.
        case deadLetter
    }

    /// The name.
    public let name: WorkflowName
    /// The steps, in order.
    public let steps: [AnyWorkflowStep]
    /// What becomes of a run that cannot go on.
    public let exhaustion: Exhaustion
    /// The step behind which nothing is undone any more: what it did is out in the world.
    ///
    /// If it fails with ``StepFailure/Retry/never`` it says that it had no effect, and what came before is undone; if it
    /// is given up in any other way, the run waits for somebody.
    public let pivot: StepName?

    /// A workflow.
    ///
    /// - Parameters:
    ///   - input: what a run is started with.
    ///   - translate: turns errors of the steps' own libraries into failures; nil for what it does not know.
    public init<Input: Codable & Sendable>(
        _ name: WorkflowName, input: Input.Type, exhaustion: Exhaustion = .compensate, pivot: StepName? = nil,
        steps: [any WorkflowStep<Input>], translate: @escaping @Sendable (any Error) -> StepFailure? = { _ in nil }
    ) {
        self.init(
            name, exhaustion: exhaustion, pivot: pivot,
            steps: steps.map { AnyWorkflowStep(erasing: $0, translate: translate) })
    }

    /// A workflow of steps that have been erased.
    public init(_ name: WorkflowName, exhaustion: Exhaustion, pivot: StepName?, steps: [AnyWorkflowStep]) {
        self.name = name
        self.steps = steps
        self.exhaustion = exhaustion
        self.pivot = pivot
    }

    /// The names of the steps, in order: the plan of a new run.
    public var plan: [StepName] { self.steps.map(\.name) }

    /// The step of this name.
    public subscript(name: StepName) -> AnyWorkflowStep? {
        self.steps.first { $0.name == name }
    }
}

/// A step whose types are hidden behind JSON.
public struct AnyWorkflowStep: Sendable {
    /// Performs or undoes.
    public typealias Effect =
        @Sendable (JSONDocument, JSONDocument?, StepContext) async throws -> StepResult<
            JSONDocument
        >

    /// The step's name.
    public let name: StepName
    /// How often it is tried and how long it may take.
    public let policy: StepPolicy
    /// Where it has its effect.
    public let effect: StepEffect
    private let effects: [Direction: Effect]

    /// A step made of two closures; both take the workflow's input and the step's output if it is known.
    public init(
        name: StepName, policy: StepPolicy, effect: StepEffect = .inDatabase, perform: @escaping Effect,
        undo: @escaping Effect
    ) {
        self.name = name
        self.policy = policy
        self.effect = effect
        self.effects = [.forward: perform, .backward: undo]
    }

    /// Hides the types of a step.
    init<Step: WorkflowStep>(erasing step: Step, translate: @escaping @Sendable (any Error) -> StepFailure?) {
        self.init(name: step.name, policy: step.policy, effect: step.effect) {
            input, _, context in
            try await Self.translating(translate) {
                let result = try await step.perform(try input.decode(Step.Input.self), in: context)
                return StepResult(try JSONDocument(encoding: result.output), evidence: result.evidence)
            }
        } undo: { input, output, context in
            try await Self.translating(translate) {
                let evidence = try await step.undo(
                    try input.decode(Step.Input.self), output: try output?.decode(Step.Output.self), in: context)
                return StepResult(.null, evidence: evidence)
            }
        }
    }

    /// Performs or undoes.
    public func run(
        _ direction: Direction, input: JSONDocument, output: JSONDocument?, in context: StepContext
    ) async throws -> StepResult<JSONDocument> {
        guard let effect = self.effects[direction] else { throw FenceLost(context.fence) }
        return try await effect(input, output, context)
    }

    private static func translating(
        _ translate: @Sendable (any Error) -> StepFailure?,
        _ work: @Sendable () async throws -> StepResult<JSONDocument>
    ) async throws -> StepResult<JSONDocument> {
        do {
            return try await work()
        } catch {
            throw translate(error) ?? error
        }
    }
}

/// Which way a run goes.
public enum Direction: String, Sendable, Codable, Hashable {
    /// Steps are performed.
    case forward
    /// Steps are undone.
    case backward
}
