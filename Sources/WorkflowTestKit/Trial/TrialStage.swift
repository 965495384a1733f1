public import Workflow

/// A place for one run of a trial: the workflow, where its runs are kept, and the part of the world that it changes.
///
/// Each run of a trial gets a stage of its own: with a store and a world in memory both may be new; with a real database
/// it is enough that the run is about a new subject, and that the inventory tells of this subject alone and in words
/// that are the same for every subject ("1 schema, 1 administrator").
public struct TrialStage<Inventory: Equatable & CustomStringConvertible & Sendable>: Sendable {
    /// What is tried.
    public let workflow: Workflow
    /// Where its runs are kept.
    public let store: any WorkflowStore
    /// What there is now that the workflow makes or changes: before a run, in its midst, and after it.
    public let inventory: @Sendable () async throws -> Inventory
    /// Starts a run, in whatever transaction it takes.
    public let start: @Sendable () async throws -> RunID

    /// A place for one run.
    ///
    /// - Parameters:
    ///   - inventory: what there is now that the workflow makes or changes. May be asked at any time while the run goes
    ///     on, and gives the same for the same state.
    ///   - start: starts a run of the workflow; called once.
    public init(
        workflow: Workflow, store: any WorkflowStore, inventory: @escaping @Sendable () async throws -> Inventory,
        start: @escaping @Sendable () async throws -> RunID
    ) {
        self.workflow = workflow
        self.store = store
        self.inventory = inventory
        self.start = start
    }
}
