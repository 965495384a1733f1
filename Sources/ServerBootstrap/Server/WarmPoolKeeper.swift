import Logging
import ServiceLifecycle
import TenancyPostgres

/// Keeps schemas ready for tenants to come, in the background and never faster than tenants may be made.
struct WarmPoolKeeper: Service {
    /// How often an orderly pool is looked at.
    private static let interval = Duration.seconds(1)
    /// How long to stay away after something went wrong.
    private static let pause = Duration.seconds(10)

    let pool: WarmPool
    let perSecond: Double?
    let logger: Logger

    /// Keeps the pool until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await self.round()
                do { try await ContinuousClock().sleep(for: pause) } catch { return }
            }
        }
    }

    /// One thing, and how long to wait before the next.
    private func round() async -> Duration {
        do {
            switch try await self.pool.keep() {
            case .full: return Self.interval
            case .made, .dropped: return self.perSecond.map { .seconds(1 / $0) } ?? .zero
            }
        } catch is CancellationError {
            return .zero
        } catch {
            self.logger.warning("Pool of schemas not kept", metadata: ["error": "\(String(reflecting: error))"])
            return Self.pause
        }
    }
}
