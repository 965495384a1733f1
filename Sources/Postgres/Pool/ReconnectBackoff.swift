/// When to try again after connections could not be opened: exponential, with full jitter.
///
/// Full jitter - a random time between nothing and the bound - keeps many clients from returning at the same moment.
struct ReconnectBackoff {
    let base: Duration
    let limit: Duration
    private(set) var failures = 0
    private(set) var notBefore: ContinuousClock.Instant?

    init(base: Duration = .milliseconds(50), limit: Duration = .seconds(5)) {
        self.base = base
        self.limit = limit
    }

    func allows(_ now: ContinuousClock.Instant) -> Bool {
        self.notBefore.map { now >= $0 } ?? true
    }

    /// `random` is between 0 and 1.
    mutating func failed(_ now: ContinuousClock.Instant, random: Double) {
        self.failures += 1
        let bound = min(self.limit, self.base * (1 << min(self.failures - 1, 20)))
        self.notBefore = now + bound * random
    }

    mutating func succeeded() {
        self.failures = 0
        self.notBefore = nil
    }
}
