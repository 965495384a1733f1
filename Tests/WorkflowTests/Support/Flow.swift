import Logging
import ServiceLifecycle
import Workflow
import WorkflowTestKit

let quietLogger = Logger(label: "test.workflow") { _ in SwiftLogNoOpLogHandler() }

extension StepPolicy {
    /// A second, and three attempts without pauses.
    static let quick = StepPolicy(
        timeout: .seconds(5), retry: RetryPolicy(maximumAttempts: 3, base: .zero, cap: .zero))
}

extension AnyWorkflowStep {
    /// A step made of two closures that get what the attempt knows.
    static func step(
        _ name: StepName, policy: StepPolicy = .quick, effect: StepEffect = .inDatabase,
        perform: @escaping @Sendable (StepContext) async throws -> JSONDocument = { _ in .null },
        undo: @escaping @Sendable (StepContext) async throws -> Void = { _ in }
    ) -> AnyWorkflowStep {
        AnyWorkflowStep(name: name, policy: policy, effect: effect) { _, _, context in
            StepResult(try await perform(context), evidence: .null)
        } undo: { _, _, context in
            try await undo(context)
            return StepResult(.null, evidence: .null)
        }
    }

    /// A step that makes a thing of its name and writes down what it does.
    static func thing(_ name: StepName, _ diary: Diary, policy: StepPolicy = .quick) -> AnyWorkflowStep {
        .step(name, policy: policy) { context in
            diary.note("do \(name) \(context.subject)")
            diary.make("\(name)")
            return .string("\(name)")
        } undo: { context in
            diary.note("undo \(name) \(context.subject)")
            diary.remove("\(name)")
        }
    }
}

extension Workflow {
    static func of(
        _ steps: [AnyWorkflowStep], name: WorkflowName = "flow", exhaustion: Exhaustion = .compensate,
        pivot: StepName? = nil
    ) -> Workflow {
        Workflow(name, exhaustion: exhaustion, pivot: pivot, steps: steps)
    }

    func header(_ subject: String = "subject") -> RunHeader {
        RunHeader(id: .random(), workflow: self.name, subject: subject, input: .null, plan: self.plan)
    }
}

extension WorkflowWorker {
    convenience init(
        _ workflow: Workflow, _ store: any WorkflowStore, name: String = "worker", concurrency: Int = 1,
        startsPerSecond: Double? = nil, lease: Duration = .seconds(15), poll: Duration = .seconds(30)
    ) {
        self.init(
            [workflow], store: store,
            configuration: WorkerConfiguration(
                name: name, concurrency: concurrency, startsPerSecond: startsPerSecond, lease: lease, poll: poll),
            logger: quietLogger)
    }
}

/// Lends running workers, and shuts them down gracefully.
func withRunning(_ workers: [WorkflowWorker], _ body: (ServiceGroup) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        let services = ServiceGroup(services: workers, logger: quietLogger)
        group.addTask { try await services.run() }
        try await body(services)
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
    }
}

extension MemoryWorkflowStore {
    func kinds(of run: RunID) -> [RunEvent.Kind] { self.journal(of: run).map(\.event.kind) }

    /// Whether the numbers of the journal are right, and what it says about the run agrees with its status.
    func isSound(_ run: RunID) async throws -> Bool {
        let journal = self.journal(of: run)
        let kind: RunEvent.Kind? =
            switch try await self.status(of: run) {
            case .completed: .completed
            case .compensated: .compensated
            case .dead: .deadLettered
            default: nil
            }
        return journal.map(\.sequence) == Array(1...journal.count)
            && (kind == nil || journal.filter { $0.event.kind == kind }.count == 1)
    }
}
