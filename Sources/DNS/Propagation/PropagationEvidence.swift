public import Foundation

/// Who said what about a change, and when; grows with the number of servers only, however long it takes.
public struct PropagationEvidence: Sendable, Hashable, Codable {
    /// What was expected.
    public let expectation: PropagationExpectation
    /// Whose answers are needed.
    public let policy: PropagationPolicy
    /// How often all servers were asked.
    public private(set) var rounds = 0
    /// When they were first asked.
    public private(set) var began: Date?
    /// What they said when they were last asked.
    public private(set) var lastRound: PropagationRound?
    /// What the last answers come to.
    public private(set) var verdict = PropagationVerdict.waiting(for: [])
    /// Since when each address has said what is expected, by ``AuthoritativeServer/description``.
    public private(set) var agreedSince: [String: Date] = [:]
    /// The highest time to live, in seconds, of anything else that resolvers may still remember.
    ///
    /// What was said to stand there before, and what servers were seen to say other than what is expected.
    public private(set) var formerTTL: Int?
    /// For how many seconds a resolver that asked too early may remember that there was nothing: the highest that a
    /// server told (RFC 2308, section 5).
    public private(set) var negativeTTL: Int?
    /// Why the servers could not be found; nil once they were.
    public private(set) var lookupFailure: String?

    /// Evidence of nothing yet.
    public init(_ expectation: PropagationExpectation, policy: PropagationPolicy) {
        self.expectation = expectation
        self.policy = policy
        self.formerTTL = expectation.formerTTL
    }

    /// Adds what was said in another round.
    public mutating func add(_ round: PropagationRound) {
        self.rounds += 1
        self.began = self.began ?? round.began
        self.lastRound = round
        self.lookupFailure = nil
        self.verdict = round.verdict(on: self.expectation, policy: self.policy)
        for observation in round.observations { self.add(observation) }
    }

    /// Notes why there was no round.
    public mutating func noteLookupFailure(_ reason: String) { self.lookupFailure = reason }

    /// Whether a wildcard of the zone answers for the name at any server.
    public var isCoveredByWildcard: Bool {
        self.lastRound?.observations.contains(where: \.isCoveredByWildcard) ?? false
    }

    /// When all servers said what is expected, or nothing but a wildcard's; nil if they do not.
    public var agreedAt: Date? {
        if case .waiting = self.verdict { nil } else { self.lastRound?.ended }
    }

    /// From when on no resolver that keeps to the times to live says anything else; nil while servers do not agree.
    ///
    /// For a name that is to be absent, it is the former record that may be remembered until then; for a new one, that
    /// there was none. A former record that nobody told of and no server showed any more is not counted.
    public var safeAfter: Date? {
        guard let agreedAt = self.agreedAt else { return nil }
        let former = self.formerTTL ?? 0
        let negative = self.expectation.presence == .absent ? 0 : self.negativeTTL ?? 0
        return agreedAt.addingTimeInterval(Double(max(former, negative)))
    }

    private mutating func add(_ observation: ServerObservation) {
        let name = observation.server.description
        let standing = self.expectation.standing(of: observation.answers)
        if standing == .agrees {
            self.agreedSince[name] = self.agreedSince[name] ?? observation.at
        } else {
            self.agreedSince[name] = nil
        }
        for answer in observation.answers { self.add(answer, isAgreed: standing == .agrees) }
        if self.expectation.presence != .absent { self.noteNegative(observation.negativeTTL) }
    }

    private mutating func add(_ answer: ServerObservation.Answer, isAgreed: Bool) {
        switch answer.answer {
        case .records(let records), .alias(let records):
            if !isAgreed { self.formerTTL = max(self.formerTTL ?? 0, records.ttl) }
        case .noData(let negativeTTL), .noName(let negativeTTL):
            // Of a name that is to be there: the memory of its absence.
            if self.expectation.presence != .absent { self.noteNegative(negativeTTL) }
        case .failed: break
        }
    }

    private mutating func noteNegative(_ ttl: Int?) {
        if let ttl { self.negativeTTL = max(self.negativeTTL ?? 0, ttl) }
    }
}
