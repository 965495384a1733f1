/// How long to wait before connecting again: exponential, with full jitter.
///
/// Full jitter - a random time between nothing and the bound - keeps many clients from returning at the same moment.
struct ReconnectPause {
    private let base: Duration
    private let limit: Duration
    private let refused: Duration
    private var failures = 0

    init(_ configuration: RedisConfiguration) {
        self.base = max(configuration.reconnectBase, .milliseconds(1))
        self.limit = max(configuration.reconnectLimit, self.base)
        self.refused = configuration.refusedPause
    }

    mutating func succeeded() { self.failures = 0 }

    /// The pause after a failure; `random` is between 0 and 1.
    ///
    /// Who was refused waits at least half of the pause for that, however lucky.
    mutating func failed(_ error: RedisError, random: Double) -> Duration {
        if error.code == .authenticationFailed { return self.refused * (0.5 + random / 2) }
        self.failures += 1
        return min(self.limit, self.base * (1 << min(self.failures - 1, 20))) * random
    }
}
