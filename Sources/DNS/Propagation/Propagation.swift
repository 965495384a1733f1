public import Foundation

/// Waits until a change has reached all authoritative servers of a zone.
public struct Propagation: Sendable {
    private let resolver: any AuthorityResolver
    private let policy: PropagationPolicy
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (Duration) async throws -> Void
    /// What a round may take at least, were the deadline to come sooner.
    private static let shortest = Duration.seconds(1)

    /// Takes whom to ask with.
    ///
    /// - Parameters:
    ///   - resolver: finds the servers and asks them.
    ///   - policy: whose answers are needed.
    ///   - now: the clock; the system's unless a test turns it.
    ///   - sleep: passes the time between two rounds; throws `CancellationError`.
    public init(
        resolver: any AuthorityResolver, policy: PropagationPolicy = .all,
        now: @escaping @Sendable () -> Date = { Date() },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await ContinuousClock().sleep(for: $0) }
    ) {
        self.resolver = resolver
        self.policy = policy
        self.now = now
        self.sleep = sleep
    }

    /// Asks all servers again and again until they agree, or nothing but a wildcard is left.
    ///
    /// They are asked once at least, however soon the deadline is.
    ///
    /// - Returns: evidence whose verdict is ``PropagationVerdict/agreed`` or ``PropagationVerdict/coveredByWildcard``.
    /// - Throws: ``PropagationTimeout`` after the deadline; ``AuthorityError`` of kind `misconfigured`;
    ///   `CancellationError`.
    public func wait(
        for expectation: PropagationExpectation, until deadline: Date, pause: PropagationPause = PropagationPause()
    ) async throws -> PropagationEvidence {
        var evidence = PropagationEvidence(expectation, policy: self.policy)
        var servers: [AuthoritativeServer] = []
        var attempts = 0
        while true {
            try await self.ask(&servers, until: deadline, adding: &evidence)
            if evidence.agreedAt != nil { return evidence }
            attempts += 1
            let length = pause.length(after: attempts)
            guard self.now().addingTimeInterval(length / .seconds(1)) < deadline else {
                throw PropagationTimeout(evidence: evidence)
            }
            try await self.sleep(length)
        }
    }

    /// Asks all servers once.
    ///
    /// - Returns: evidence, whatever its verdict is.
    /// - Throws: ``AuthorityError`` of kind `misconfigured`; `CancellationError`.
    public func check(
        _ expectation: PropagationExpectation, within limit: Duration = .seconds(10)
    ) async throws -> PropagationEvidence {
        var evidence = PropagationEvidence(expectation, policy: self.policy)
        var servers: [AuthoritativeServer] = []
        try await self.ask(&servers, until: self.now().addingTimeInterval(limit / .seconds(1)), adding: &evidence)
        return evidence
    }

    private func ask(
        _ servers: inout [AuthoritativeServer], until deadline: Date, adding evidence: inout PropagationEvidence
    ) async throws {
        try Task.checkCancellation()
        let round = RoundOfQuestions(
            expectation: evidence.expectation, resolver: self.resolver, now: self.now,
            deadline: max(deadline, self.now().addingTimeInterval(Self.shortest / .seconds(1))))
        do {
            // Not anew in each round: they seldom change, and a resolver may remember them for a day.
            if servers.isEmpty { servers = try await round.servers() }
            evidence.add(try await round.run(servers))
        } catch let error as AuthorityError where error.kind != .misconfigured {
            evidence.noteLookupFailure(error.description)
        }
    }
}
