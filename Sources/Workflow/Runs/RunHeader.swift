/// What a run was started with; never changes.
public struct RunHeader: Sendable, Hashable {
    /// The run.
    public let id: RunID
    /// The workflow.
    public let workflow: WorkflowName
    /// What it is about: a tenant's id; runs about one subject happen one after the other.
    public let subject: String
    /// What its steps are given.
    public let input: JSONDocument
    /// Its steps, in order: those that the workflow had when it was started, whatever later versions have.
    public let plan: [StepName]

    /// A run.
    public init(id: RunID, workflow: WorkflowName, subject: String, input: JSONDocument, plan: [StepName]) {
        self.id = id
        self.workflow = workflow
        self.subject = subject
        self.input = input
        self.plan = plan
    }

    /// A new run of a workflow.
    ///
    /// - Throws: what the input's encoder throws.
    public init(
        of workflow: Workflow, id: RunID = .random(), subject: String, input: some Encodable
    ) throws {
        self.init(
            id: id, workflow: workflow.name, subject: subject, input: try JSONDocument(encoding: input),
            plan: workflow.plan)
    }
}
