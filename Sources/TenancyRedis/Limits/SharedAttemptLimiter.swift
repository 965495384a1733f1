public import Logging
public import Redis
public import Tenancy

/// The attempts that all processes see, counted in Redis; without it, each goes on by itself from what it has seen.
public final class SharedAttemptLimiter: AttemptLimiter {
    private let counts: SharedCounts
    private let local: LocalAttemptLimiter

    /// A limiter.
    ///
    /// - Parameters:
    ///   - redis: a client that somebody runs.
    ///   - settings: how long to wait for it.
    public init(redis: RedisClient, settings: SharedLimitSettings = .init(), logger: Logger) {
        self.counts = SharedCounts(redis, settings, what: "attempts to sign in", logger: logger)
        self.local = LocalAttemptLimiter()
    }

    /// Begins an attempt.
    public func begin(
        _ account: LimitSubject, from address: LimitSubject, _ policy: BackOff
    ) async -> AttemptDecision {
        if let decision = await self.ask(account, address, policy) {
            self.local.adopt(account, from: address, decision, policy)
            return decision
        }
        return await self.local.begin(account, from: address, policy)
    }

    /// The attempt was a success.
    public func succeeded(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async {
        await self.local.succeeded(account, from: address, attempt)
        let known = LocalAttemptLimiter.knownFor.components.seconds * 1000
        await self.tell(AttemptScript.succeeded, account, address, attempt, [.integer(known)])
    }

    /// The attempt came to nothing.
    public func withdrawn(_ account: LimitSubject, from address: LimitSubject, _ attempt: AttemptDecision) async {
        await self.local.withdrawn(account, from: address, attempt)
        await self.tell(AttemptScript.withdrawn, account, address, attempt, [])
    }

    /// If there is no answer, what has been counted ends by itself, and this process knows.
    private func tell(
        _ script: RedisScript, _ account: LimitSubject, _ address: LimitSubject, _ attempt: AttemptDecision,
        _ arguments: [RedisArgument]
    ) async {
        guard self.counts.mayAsk() else { return }
        _ = await self.counts.ask(
            script, keys: Self.keys(account, address),
            arguments: [.integer(attempt.isKnownAddress ? 1 : 0)] + arguments)
    }

    private func ask(
        _ account: LimitSubject, _ address: LimitSubject, _ policy: BackOff
    ) async -> AttemptDecision? {
        guard self.counts.mayAsk() else { return nil }
        let outcome = await self.counts.ask(
            AttemptScript.begin, keys: Self.keys(account, address), arguments: AttemptScript.arguments(policy))
        guard case .answered(let reply) = outcome else { return nil }
        guard let decision = AttemptScript.decision(reply) else {
            self.counts.failed(UnexpectedAnswer())
            return nil
        }
        return decision
    }

    private static func keys(_ account: LimitSubject, _ address: LimitSubject) -> [String] {
        [LimitKey.attempts(account), LimitKey.known(account, address), LimitKey.attempts(account, address)]
    }
}
