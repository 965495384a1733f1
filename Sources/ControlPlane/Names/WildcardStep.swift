public import Tenancy
public import Workflow

/// Stands where names are made one by one, in an installation whose zone has a wildcard: there is nothing to do.
public struct WildcardStep: WorkflowStep {
    private let base: BaseDomain

    /// A step for names under `base`.
    public init(base: BaseDomain) { self.base = base }

    /// The step's name.
    public var name: StepName { "dns" }
    /// None.
    public var effect: StepEffect { .none }

    /// Does nothing.
    public func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        StepResult(
            evidence: [
                "provider": "wildcard", "name": .string(self.base.host(of: order.new.subdomain)),
                "coveredBy": .string("*.\(self.base)"),
            ])
    }

    /// Does nothing: the wildcard answers for any name.
    public func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["provider": "wildcard", "left": .string("*.\(self.base)")]
    }
}
