import Logging
public import ServiceLifecycle
import Synchronization
import TenancyPostgres

/// Keeps keys, tiers and the measure of the database's clock fresh while a server runs.
///
/// What another process rotates is in use here after ``interval`` at the latest.
public final class KeyRefresh: Service {
    /// How often everything is read again.
    public static let interval: Duration = .seconds(30)

    private let keys: LiveKeys
    private let database: TenantDatabase
    private let logger: Logger
    private let lastSuccess = Mutex<ContinuousClock.Instant>(.now)

    init(_ composition: Composition, logger: Logger) {
        self.keys = composition.keys
        self.database = composition.tenantDatabase
        self.logger = logger
    }

    /// How old the keys in use are at most.
    public var age: Duration { self.lastSuccess.withLock { $0 }.duration(to: .now) }

    /// Refreshes until graceful shutdown.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await ContinuousClock().sleep(for: Self.interval)
                } catch is CancellationError {
                    return
                }
                await self.refresh()
            }
        }
    }

    /// A database that cannot be asked now is asked again later; meanwhile the keys in use stay good.
    private func refresh() async {
        do {
            try await self.keys.refresh()
            _ = try await self.database.measureClock()
            self.lastSuccess.withLock { $0 = .now }
        } catch {
            self.logger.warning(
                "Keys and tiers could not be read again", metadata: ["error": "\(error)", "age": "\(self.age)"])
        }
    }
}
