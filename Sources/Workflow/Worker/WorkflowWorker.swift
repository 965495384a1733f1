public import Logging
public import ServiceLifecycle
import Synchronization

/// Works on runs: claims those that are due, as many at a time as it may, until graceful shutdown.
///
/// Any number of workers may share a store. One that dies is replaced by the others when its leases run out.
public final class WorkflowWorker: Service {
    private let workflows: [WorkflowName: Workflow]
    private let store: any WorkflowStore
    private let configuration: WorkerConfiguration
    private let logger: Logger
    private let random: @Sendable () -> Double
    private let signal = WakeSignal()
    private let state = Mutex(State())

    private struct State {
        var isStopping = false
        var busy = 0
    }

    /// A worker that does nothing until it is run.
    ///
    /// - Parameter random: numbers from 0 to 1 for the jitter of retries.
    public init(
        _ workflows: [Workflow], store: any WorkflowStore, configuration: WorkerConfiguration, logger: Logger,
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.workflows = Dictionary(workflows.map { ($0.name, $0) }) { first, _ in first }
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.random = random
    }

    /// Works until graceful shutdown, then finishes the attempts under way and puts the runs down for others.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                // Both only wake the loop; they end with the group.
                group.addTask { await self.store.watch { self.signal.raise() } }
                group.addTask { await self.tick() }
                await self.loop()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.signal.raise()
        }
    }

    /// Works on one run in the caller's task, or waits while another worker does.
    ///
    /// For programs without a worker of their own, and for those who would rather not wait for one.
    ///
    /// - Returns: the status in which the run ended, or an open one if the worker was shut down meanwhile; `nil` if there
    ///   is no such run.
    /// - Throws: what keeps the store from answering; `CancellationError`.
    public func drive(_ run: RunID) async throws -> RunStatus? {
        while true {
            try Task.checkCancellation()
            // Somebody else has it, or it is not due: ask again in a moment.
            var pause = min(self.configuration.poll, .milliseconds(100))
            if !self.isStopping, let claimed = try await self.claim(only: run) {
                switch await self.execute(claimed) {
                case .ended(let status): return status
                case .lost: continue
                // Somebody may cancel the run meanwhile.
                case .waiting(let delay): pause = min(self.configuration.poll, delay)
                }
            }
            guard let status = try await self.store.status(of: run) else { return nil }
            guard status.isOpen, !self.isStopping else { return status }
            try await ContinuousClock().sleep(for: pause)
        }
    }

    private func tick() async {
        while !Task.isCancelled {
            do { try await ContinuousClock().sleep(for: self.configuration.poll) } catch { return }
            self.signal.raise()
        }
    }

    private func loop() async {
        var pace = Pace(perSecond: self.configuration.startsPerSecond)
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !self.isStopping {
                guard self.hasFreeSlot, let claimed = await self.claimInPace(&pace) else {
                    await self.signal.wait()
                    continue
                }
                self.state.withLock { $0.busy += 1 }
                group.addTask { await self.workAndReport(claimed) }
            }
        }
    }

    private func claimInPace(_ pace: inout Pace) async -> ClaimedRun? {
        do {
            let pause = pace.pause(at: .now)
            if pause > .zero {
                // A pause can be long; shutdown does not wait for it.
                try await cancelWhenGracefulShutdown { try await ContinuousClock().sleep(for: pause) }
            }
            guard !self.isStopping, let claimed = try await self.claim(only: nil) else { return nil }
            pace.count(at: .now)
            return claimed
        } catch is CancellationError {
            return nil
        } catch {
            self.logger.debug("Nothing claimed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func workAndReport(_ claimed: ClaimedRun) async {
        let ending = await self.execute(claimed)
        self.state.withLock { $0.busy -= 1 }
        self.signal.raise()
        guard case .waiting(let delay) = ending, delay > .zero, delay < .seconds(60) else { return }
        // The poll would find it too, later. A stopping worker has nobody to wake.
        do { try await cancelWhenGracefulShutdown { try await ContinuousClock().sleep(for: delay) } } catch { return }
        self.signal.raise()
    }

    private func execute(_ claimed: ClaimedRun) async -> RunExecutor.Ending {
        guard let workflow = self.workflows[claimed.header.workflow] else { return .lost }
        var logger = self.logger
        logger[metadataKey: "run"] = "\(claimed.header.id)"
        logger[metadataKey: "subject"] = "\(claimed.header.subject)"
        let executor = RunExecutor(
            workflow: workflow, store: self.store, lease: self.configuration.lease, logger: logger,
            isStopping: { self.isStopping }, random: self.random)
        let ending = await executor.work(on: claimed)
        switch ending {
        case .ended(.dead): logger.error("Run gave up; it waits for somebody to resume it")
        case .ended(let status): logger.info("Run ended", metadata: ["status": "\(status.rawValue)"])
        case .lost: logger.notice("Run lost to another worker, or cancelled")
        case .waiting: break
        }
        return ending
    }

    private func claim(only run: RunID?) async throws -> ClaimedRun? {
        try await self.store.claim(
            ClaimRequest(
                workflows: self.workflows.mapValues(\.plan), worker: self.configuration.name,
                lease: self.configuration.lease, only: run))
    }

    private var isStopping: Bool { self.state.withLock { $0.isStopping } }
    private var hasFreeSlot: Bool { self.state.withLock { $0.busy < self.configuration.concurrency } }
}
