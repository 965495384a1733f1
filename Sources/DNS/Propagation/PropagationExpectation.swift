/// What all servers of a zone are to say about a name.
public struct PropagationExpectation: Sendable, Hashable, Codable {
    /// Whether there is to be something.
    public enum Presence: Sendable, Hashable, Codable {
        /// These records, all at the name of the expectation, with these values; times to live are not compared.
        case present([RecordSet])
        /// An address or another name, whatever it is: for a provider that answers with addresses of its own.
        case resolving
        /// Nothing.
        case absent
    }

    /// The zone.
    public var zone: DomainName
    /// The name.
    public var name: DomainName
    /// What there is to be.
    public var presence: Presence
    /// The kinds asked for.
    ///
    /// A kind that is asked for and not expected is to be absent.
    public var types: Set<RecordType>
    /// The time to live, in seconds, of what stood at the name before; nil if there was nothing, or it is not known.
    ///
    /// What is seen while waiting is counted besides.
    public var formerTTL: Int?

    /// An expectation.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - zone: the zone it is in.
    ///   - presence: what there is to be.
    ///   - types: the kinds to ask for; nil is those of the records, both kinds of addresses if there is one, and for a
    ///     name that is to be absent or to resolve both kinds of addresses, which shows aliases too.
    ///   - formerTTL: for how many seconds resolvers may remember what stood there before.
    public init(
        _ name: DomainName, in zone: DomainName, _ presence: Presence, types: Set<RecordType>? = nil,
        formerTTL: Int? = nil
    ) {
        self.name = name
        self.zone = zone
        self.presence = presence
        self.types = types ?? Self.types(for: presence)
        self.formerTTL = formerTTL
    }

    private static func types(for presence: Presence) -> Set<RecordType> {
        guard case .present(let sets) = presence else { return [.a, .aaaa] }
        let types = Set(sets.map(\.type))
        return types.isDisjoint(with: [.a, .aaaa]) ? types : types.union([.a, .aaaa])
    }

    /// Where a server stands that gave these answers.
    public func standing(of answers: [ServerObservation.Answer]) -> ServerStanding {
        if let failure = answers.lazy.compactMap(\.answer.failure).first { return .failed(failure) }
        // Who was not asked everything has agreed to nothing.
        guard !answers.isEmpty, self.types.isSubset(of: answers.map(\.type)) else { return .failed(.timeout) }
        switch self.presence {
        case .present(let sets):
            return self.showsExactly(sets, answers) ? .agrees : .differs
        case .resolving:
            guard answers.contains(where: { $0.answer.records != nil }) else { return .differs }
            return Self.isWildcard(answers) ? .wildcard : .agrees
        case .absent:
            if answers.allSatisfy(\.answer.isEmpty) { return .agrees }
            return Self.isWildcard(answers) ? .wildcard : .differs
        }
    }

    private func showsExactly(_ sets: [RecordSet], _ answers: [ServerObservation.Answer]) -> Bool {
        guard !sets.isEmpty, sets.allSatisfy({ $0.name == self.name && self.types.contains($0.type) }) else {
            return false
        }
        return answers.allSatisfy { answer in
            guard let set = sets.first(where: { $0.type == answer.type }) else { return answer.answer.isEmpty }
            guard case .records(let records) = answer.answer else { return false }
            return records.values == set.values
        }
    }

    /// Whether all that there is, a name nobody made has too.
    static func isWildcard(_ answers: [ServerObservation.Answer]) -> Bool {
        let found = answers.filter { $0.answer.records != nil }
        return !found.isEmpty
            && found.allSatisfy { answer in answer.sibling.map { answer.answer.answersAs($0) } ?? false }
    }
}
