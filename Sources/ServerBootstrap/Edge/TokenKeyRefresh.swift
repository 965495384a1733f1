import Identity
import Logging
import ServiceLifecycle
import Synchronization
import TenancyPostgres

/// Keeps the public keys of tokens fresh while an edge runs; those it has stay good while the catalog cannot be asked.
final class TokenKeyRefresh: Service {
    private let keys: PostgresTokenKeys
    private let tokens: TokenAuthority
    private let logger: Logger
    private let lastSuccess = Mutex<ContinuousClock.Instant>(.now)

    init(keys: PostgresTokenKeys, tokens: TokenAuthority, logger: Logger) {
        self.keys = keys
        self.tokens = tokens
        self.logger = logger
    }

    /// How old the keys in use are at most.
    var age: Duration { self.lastSuccess.withLock { $0 }.duration(to: .now) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await ContinuousClock().sleep(for: KeyRefresh.interval) } catch { return }
                await self.refresh()
            }
        }
    }

    private func refresh() async {
        do {
            guard let keys = try await self.keys.keys(deadline: .now + .seconds(10)) else { return }
            self.tokens.replace(with: keys)
            self.lastSuccess.withLock { $0 = .now }
        } catch {
            self.logger.warning(
                "Keys of tokens could not be read again", metadata: ["error": "\(error)", "age": "\(self.age)"])
        }
    }
}
