import Logging
import ServiceLifecycle
import Tenancy

/// Removes what is out of date, now and then.
struct Housekeeping: Service {
    private static let interval = Duration.seconds(600)

    let idempotency: any IdempotencyRepository
    let logger: Logger

    /// Cleans until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.clean()
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func clean() async {
        do {
            while try await self.idempotency.removeExpired() > 0 {}
        } catch {
            self.logger.debug("Nothing cleaned", metadata: ["error": "\(error)"])
        }
    }
}
