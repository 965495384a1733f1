public import Logging
import Workflow

/// Tries whether a workflow bears what happens to workflows: repetition, failure, and repetition while it is undone.
///
/// A process may die between the effect of a step and its record; a trial does the same to every step, without killing
/// anything, by losing the first answer of the step. It reports what is wrong:
///
/// ```swift
/// let trial = WorkflowTrial {
///     let world = World()
///     let store = MemoryWorkflowStore()
///     let workflow = provisioning(world)
///     return TrialStage(workflow: workflow, store: store, inventory: { world.things }) {
///         store.start(try RunHeader(of: workflow, subject: "acme", input: Order(name: "acme")))
///     }
/// }
/// #expect(try await trial.findings().isEmpty)
/// ```
///
/// The trial works on its runs itself; no other worker should know the workflow meanwhile.
public struct WorkflowTrial<Inventory: Equatable & CustomStringConvertible & Sendable>: Sendable {
    private let logger: Logger
    private let limit: Duration
    private let lease: Duration
    private let stage: @Sendable () async throws -> TrialStage<Inventory>

    /// A trial.
    ///
    /// - Parameters:
    ///   - logger: where the worker of the trial writes; nowhere if it is nil.
    ///   - limit: how long one run may take; a run that takes longer is a finding.
    ///   - lease: for how long the worker takes its runs.
    ///   - stage: makes the place for one run.
    public init(
        logger: Logger? = nil, limit: Duration = .seconds(60), lease: Duration = .seconds(15),
        stage: @escaping @Sendable () async throws -> TrialStage<Inventory>
    ) {
        self.logger = logger ?? Logger(label: "trial") { _ in SwiftLogNoOpLogHandler() }
        self.limit = limit
        self.lease = lease
        self.stage = stage
    }

    /// All trials.
    ///
    /// - Throws: what the stage throws.
    public func findings() async throws -> [TrialFinding] {
        try await self.everyStepTwice() + self.failAtEachStep() + self.everyUndoTwice()
    }

    /// Performs every step twice, as after a death between its effect and its record.
    ///
    /// The second time has to give the same output, and the end has to be that of a run without disturbance.
    ///
    /// - Throws: what the stage throws.
    public func everyStepTwice() async throws -> [TrialFinding] {
        let plain = try await self.stage()
        let plainStatus = try await self.run(plain.workflow.replacingSteps(\.withoutPauses), on: plain)
        guard plainStatus == .completed else {
            return [TrialFinding(.plainRun, "it \(Self.ending(plainStatus)) instead of being completed")]
        }
        let expected = try await plain.inventory()
        let (stage, record) = (try await self.stage(), TrialRecord<Inventory>())
        let status = try await self.run(
            stage.workflow.replacingSteps { $0.performedTwice(record, inventory: stage.inventory) }, on: stage)
        var findings = record.findings
        if status != .completed {
            let text = "the run \(Self.ending(status)) instead of being completed"
            findings.append(TrialFinding(.everyStepTwice, text))
        }
        let found = try await stage.inventory()
        guard expected != found else { return findings }
        let text = "performed once it leaves [\(expected)], twice [\(found)]"
        let suspects = record.suspects.isEmpty ? [nil] : record.suspects.map(Optional.some)
        return findings + suspects.map { TrialFinding(.everyStepTwice, step: $0, text) }
    }

    /// Fails each step in turn for good: once before it has its effect, once after, but before the record of it.
    ///
    /// The run has to end compensated, and there must be what there was before the start. Behind the pivot, and in a
    /// workflow that does not compensate, it has to end dead with everything left as it is. A pivot that failed
    /// after its effect may be out in the world: the run has to wait then too.
    ///
    /// - Throws: what the stage throws.
    public func failAtEachStep() async throws -> [TrialFinding] {
        var findings: [TrialFinding] = []
        for step in try await self.stage().workflow.plan {
            for afterEffect in [false, true] {
                findings += try await self.fail(at: step, afterEffect: afterEffect)
            }
        }
        return findings
    }

    /// Fails the last step that can be undone, after its effect, and undoes every step twice.
    ///
    /// There must be what there was before the start. A workflow that does not compensate has nothing to show here.
    ///
    /// - Throws: what the stage throws.
    public func everyUndoTwice() async throws -> [TrialFinding] {
        let (stage, record) = (try await self.stage(), TrialRecord<Inventory>())
        let before = try await stage.inventory()
        guard stage.workflow.exhaustion == .compensate, let last = stage.workflow.lastUndoable else { return [] }
        let workflow = stage.workflow.replacingSteps { step in
            let twice = step.undoneTwice(record)
            guard step.name == last else { return twice }
            return twice.failing(afterEffect: true, isPivot: false, record, inventory: stage.inventory)
        }
        let status = try await self.run(workflow, on: stage)
        return record.findings
            + (try await self.compare(.everyUndoTwice, last, status, before, stage, record, "after it was undone twice"))
    }

    private func fail(at step: StepName, afterEffect: Bool) async throws -> [TrialFinding] {
        let (stage, record) = (try await self.stage(), TrialRecord<Inventory>())
        let before = try await stage.inventory()
        let workflow = stage.workflow.replacingSteps {
            let noted = $0.noted(record)
            guard noted.name == step else { return noted }
            return noted.failing(
                afterEffect: afterEffect, isPivot: step == stage.workflow.pivot, record, inventory: stage.inventory)
        }
        let status = try await self.run(workflow, on: stage)
        // Whoever starts the run may have done the step already; then it cannot fail.
        if status == .completed, record.inventoryAtFailure == nil { return [] }
        let moment = afterEffect ? "failed after its effect" : "failed before its effect"
        guard workflow.isUndone(after: step, afterEffect: afterEffect) else {
            return try await self.judgeDeadLetter(step, status, stage, record, moment)
        }
        return try await self.compare(.failAtEachStep, step, status, before, stage, record, moment)
    }

    private func compare(
        _ trial: TrialKind, _ step: StepName, _ status: RunStatus?, _ before: Inventory,
        _ stage: TrialStage<Inventory>, _ record: TrialRecord<Inventory>, _ moment: String
    ) async throws -> [TrialFinding] {
        var findings: [TrialFinding] = []
        if status != .compensated {
            let why = record.undoError.map { "; \($0)" } ?? ""
            let text = "\(moment), the run \(Self.ending(status)) instead of being compensated\(why)"
            findings.append(TrialFinding(trial, step: step, text))
        }
        let after = try await stage.inventory()
        if after != before {
            let text = "\(moment), there was [\(before)] before the start and is [\(after)] at the end"
            findings.append(TrialFinding(trial, step: step, text))
        }
        return findings
    }

    private func judgeDeadLetter(
        _ step: StepName, _ status: RunStatus?, _ stage: TrialStage<Inventory>, _ record: TrialRecord<Inventory>,
        _ moment: String
    ) async throws -> [TrialFinding] {
        var texts: [String] = []
        if status != .dead { texts.append("the run \(Self.ending(status)) instead of waiting for somebody") }
        if !record.undone.isEmpty {
            texts.append("undone: \(record.undone.map(\.rawValue).sorted().joined(separator: ", "))")
        }
        let after = try await stage.inventory()
        if let then = record.inventoryAtFailure, then != after {
            texts.append("there was [\(then)] when it failed and is [\(after)] at the end")
        }
        return texts.map { TrialFinding(.failAtEachStep, step: step, "\(moment), \($0)") }
    }

    /// Starts and drives a run; nil if it does not end in time.
    private func run(_ workflow: Workflow, on stage: TrialStage<Inventory>) async throws -> RunStatus? {
        let worker = WorkflowWorker(
            [workflow], store: stage.store,
            configuration: WorkerConfiguration(name: "trial", lease: self.lease, poll: .milliseconds(20)),
            logger: self.logger)
        let run = try await stage.start()
        return try await withThrowingTaskGroup(of: RunStatus?.self) { group in
            group.addTask { try await worker.drive(run) }
            group.addTask {
                try await ContinuousClock().sleep(for: self.limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func ending(_ status: RunStatus?) -> String {
        status.map { "ended \($0.rawValue)" } ?? "did not end in time, or was never started,"
    }
}

extension Workflow {
    /// The last step whose failure leads to compensation.
    fileprivate var lastUndoable: StepName? {
        guard let pivot else { return self.plan.last }
        return self.plan.prefix { $0 != pivot }.last
    }

    /// Whether a run is undone when this step fails for good.
    fileprivate func isUndone(after step: StepName, afterEffect: Bool) -> Bool {
        guard self.exhaustion == .compensate else { return false }
        guard let pivot, let last = self.plan.firstIndex(of: pivot), let index = self.plan.firstIndex(of: step) else {
            return true
        }
        return afterEffect ? index < last : index <= last
    }
}
