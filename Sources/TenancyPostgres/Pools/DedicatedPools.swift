public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization
public import Tenancy

/// The clients of tenants whose tier has connections of its own: made on first use, ended when nobody uses them.
///
/// A tenant shares while this does not run, and when all dedicated connections are taken.
public final class DedicatedPools: Service {
    /// What one of them is doing.
    public struct Figure: Sendable, Hashable {
        /// Whose.
        public let tenant: TenantID
        /// How many connections it may open.
        public let connections: Int
        /// Transactions under way or about to begin.
        public let users: Int
        /// What its client says.
        public let statistics: PostgresStatistics
    }

    typealias Loan = DedicatedRegister<PostgresClient>.Pool

    private struct State: Sendable {
        var register: DedicatedRegister<PostgresClient>
        /// nil while nobody runs clients.
        var starter: AsyncStream<PostgresClient>.Continuation?
    }

    private let template: PostgresConfiguration
    private let checkInterval: Duration
    private let logger: Logger
    private let state: Mutex<State>
    /// Spares tenants that share a look at the register.
    private let count = Atomic<Int>(0)

    /// - Parameters:
    ///   - template: how to connect; the number of connections is replaced by that of the tier.
    ///   - maximumConnections: how many all tenants may have together; those who come too late share.
    ///   - idleTime: after which a client that nobody uses ends.
    public init(
        template: PostgresConfiguration, maximumConnections: Int,
        idleTime: Duration = .seconds(300), logger: Logger
    ) {
        self.template = template
        self.checkInterval = min(.seconds(30), idleTime / 2)
        self.logger = logger
        self.state = Mutex(
            State(register: DedicatedRegister(limit: maximumConnections, idleTime: idleTime), starter: nil))
    }

    /// What there is at the moment.
    public var figures: [Figure] {
        self.state.withLock { $0.register.pools }.values.map {
            Figure(
                tenant: $0.tenant, connections: $0.connections, users: $0.users, statistics: $0.client.statistics)
        }
    }

    var isRunning: Bool { self.state.withLock { $0.starter != nil } }

    /// Runs the clients until graceful shutdown; then lets what is under way finish.
    public func run() async throws {
        let (clients, starter) = AsyncStream.makeStream(of: PostgresClient.self)
        self.state.withLock { $0.starter = starter }
        defer { self.stop() }
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                let timer = group.addTaskUnlessCancelled { await self.check() }
                guard timer else { return }
                for await client in clients {
                    group.addTask { await self.run(client) }
                }
            }
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
    }

    func borrow(_ tenant: TenantID, _ limits: TurnLimits) -> Loan? {
        guard limits.connections != nil || self.count.load(ordering: .relaxed) > 0 else { return nil }
        let now = ContinuousClock.now
        let loan = self.change { state -> Loan? in
            guard state.starter != nil else { return nil }
            return state.register.borrow(tenant, connections: limits.connections, now) {
                self.client(limits.connections ?? 1)
            }
        }
        guard let loan, self.isAway(loan, now) else { return loan }
        self.giveBack(loan)
        return nil
    }

    /// Whether connections cannot be had, as far as can be seen: then one transaction tries, and the others share.
    private func isAway(_ loan: Loan, _ now: ContinuousClock.Instant) -> Bool {
        loan.users > 0 && now - loan.madeAt > .seconds(1) && loan.client.statistics.open == 0
    }

    func giveBack(_ loan: Loan) {
        let now = ContinuousClock.now
        self.change { $0.register.giveBack(loan.number, now) }
    }

    private func client(_ connections: Int) -> PostgresClient {
        var configuration = self.template
        configuration.maximumConnections = connections
        configuration.maximumLeasedConnections = max(1, connections - 1)
        return PostgresClient(configuration: configuration, logger: self.logger)
    }

    /// Changes the register, and then starts and ends the clients that follow from it.
    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, ended) = self.state.withLock { state -> (Value, [PostgresClient]) in
            let value = body(&state)
            // Started inside of the lock, or it could be ended before.
            for client in state.register.takeStarted() { state.starter?.yield(client) }
            self.count.store(state.register.pools.count, ordering: .relaxed)
            return (value, state.register.takeEnded())
        }
        for client in ended { client.stop() }
        return value
    }

    private func run(_ client: PostgresClient) async {
        do {
            try await client.run()
        } catch {
            self.logger.error("A tenant's own connections cannot be had", metadata: ["error": "\(error)"])
        }
        self.change { $0.register.lost { $0 === client } }
    }

    private func check() async {
        while true {
            do {
                try await cancelWhenGracefulShutdown { try await ContinuousClock().sleep(for: self.checkInterval) }
            } catch {
                return
            }
            let now = ContinuousClock.now
            self.change { $0.register.passTime(now) }
        }
    }

    private func stop() {
        self.state.withLock { state in
            state.starter?.finish()
            state.starter = nil
        }
    }
}
