import Synchronization

/// The attempts that one process knows of; memory does not grow.
public final class LocalAttemptLimiter: AttemptLimiter {
    /// For how long an address is remembered from which somebody has signed in.
    public static let knownFor: Duration = .seconds(30 * 86_400)
    private static let knownNanoseconds: Int64 = 30 * 86_400 * 1_000_000_000

    /// A count, or the memory of an address.
    private struct Entry: LimitEntry {
        var count = AttemptCount()
        var knownUntil: Int64 = 0

        /// Counts that hold somebody back are forgotten last; known addresses are worth as much as some attempts.
        func weight(at now: Int64) -> Int64 {
            let attempts = self.count.forgottenAt > now ? Int64(self.count.attempts) : 0
            return max(attempts, self.knownUntil > now ? 4 : 0)
        }
    }
    private enum Kind {
        static let account = "account"
        static let pair = "pair"
    }

    private let table: Mutex<LimitTable<Entry>>
    private let now: @Sendable () -> Int64

    /// A limiter that knows of no attempts.
    ///
    /// - Parameters:
    ///   - capacity: how many counts and addresses are kept; some 50 bytes each.
    ///   - now: nanoseconds of a clock that does not go backwards.
    public init(capacity: Int = 65_536, now: @escaping @Sendable () -> Int64 = { MonotonicClock.now }) {
        self.table = Mutex(LimitTable(capacity: capacity))
        self.now = now
    }

    /// Begins an attempt.
    public func begin(
        _ account: LimitSubject, from address: LimitSubject, _ policy: BackOff
    ) async -> AttemptDecision {
        let now = self.now()
        let tag = LimitTag(owner: account)
        let pair = tag.tag(Kind.pair, address)
        return self.table.withLock { table in
            let isKnown = (table.entry(pair)?.knownUntil ?? 0) > now
            return table.update(isKnown ? pair : tag.tag(Kind.account, .everybody), at: now) { entry in
                let wait = entry.count.begin(policy, at: now)
                return AttemptDecision(wait: wait, attempts: entry.count.attempts, isKnownAddress: isKnown)
            }
        }
    }

    /// The attempt was a success.
    public func succeeded(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async {
        let now = self.now()
        let tag = LimitTag(owner: account)
        self.table.withLock { table in
            if !attempt.isKnownAddress {
                table.updateIfPresent(tag.tag(Kind.account, .everybody)) { $0.count = AttemptCount() }
            }
            table.update(tag.tag(Kind.pair, address), at: now) { entry in
                entry = Entry(knownUntil: now + Self.knownNanoseconds)
            }
        }
    }

    /// The attempt came to nothing.
    public func withdrawn(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async {
        let tag = LimitTag(owner: account)
        self.table.withLock { table in
            let key = attempt.isKnownAddress ? tag.tag(Kind.pair, address) : tag.tag(Kind.account, .everybody)
            table.updateIfPresent(key) { $0.count.withdraw() }
        }
    }

    /// Takes over what another counter has said, so that this one can go on from there.
    package func adopt(
        _ account: LimitSubject, from address: LimitSubject, _ decision: AttemptDecision, _ policy: BackOff
    ) {
        let now = self.now()
        let tag = LimitTag(owner: account)
        let held = decision.isAllowed ? policy.pause(after: decision.attempts) : decision.wait
        let count = AttemptCount(
            attempts: decision.attempts, heldUntil: now + held, forgottenAt: now + policy.memory)
        self.table.withLock { table in
            let key = decision.isKnownAddress ? tag.tag(Kind.pair, address) : tag.tag(Kind.account, .everybody)
            table.update(key, at: now) { entry in
                entry.count = count
                if decision.isKnownAddress { entry.knownUntil = now + Self.knownNanoseconds }
            }
        }
    }
}
