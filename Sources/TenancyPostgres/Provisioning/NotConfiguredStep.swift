public import Tenancy
public import Workflow

/// Stands where a step would be that this installation has no use for, and says so.
public struct NotConfiguredStep: WorkflowStep {
    /// The step's name in its workflow.
    public let name: StepName
    /// None.
    public var effect: StepEffect { .none }

    /// A step of this name.
    public init(_ name: StepName) { self.name = name }

    /// Does nothing.
    public func perform(_ input: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        StepResult(evidence: ["state": "notConfigured"])
    }

    /// Does nothing.
    public func undo(_ input: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["state": "notConfigured"]
    }
}

/// Performs what another step undoes: the way back of a tenant whose way there was another run.
struct UndoingStep<Step: WorkflowStep>: WorkflowStep where Step.Input == TenantOrder {
    let step: Step

    init(_ step: Step) { self.step = step }

    var name: StepName { StepName(rawValue: self.step.name.rawValue + "Removal") }
    var policy: StepPolicy { self.step.policy }
    var effect: StepEffect { self.step.effect }

    func perform(_ input: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        StepResult(evidence: try await self.step.undo(input, output: nil, in: context))
    }

    func undo(_ input: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["left": "a removal is not taken back"]
    }
}
