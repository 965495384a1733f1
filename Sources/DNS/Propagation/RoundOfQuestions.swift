import Foundation

/// Asks all servers of a zone at the same time, each one question after another.
struct RoundOfQuestions: Sendable {
    let expectation: PropagationExpectation
    let resolver: any AuthorityResolver
    let now: @Sendable () -> Date
    let deadline: Date

    /// What is left of the time.
    private var limit: Duration { .seconds(max(0, self.deadline.timeIntervalSince(self.now()))) }

    func servers() async throws -> [AuthoritativeServer] {
        try await self.resolver.servers(of: self.expectation.zone, within: self.limit)
    }

    func run(_ servers: [AuthoritativeServer]) async throws -> PropagationRound {
        let began = self.now()
        let sibling = Self.sibling(of: self.expectation.name)
        let observations = try await withThrowingTaskGroup(of: ServerObservation.self) { group in
            for server in servers { group.addTask { try await self.observe(server, sibling: sibling) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return PropagationRound(
            observations: observations.sorted { $0.server < $1.server }, began: began, ended: self.now())
    }

    private func observe(_ server: AuthoritativeServer, sibling: DomainName?) async throws -> ServerObservation {
        var answers: [ServerObservation.Answer] = []
        for type in self.expectation.types.sorted() {
            let answer = try await self.ask(server, self.expectation.name, type)
            answers.append(ServerObservation.Answer(type, answer))
            // It would let us wait as long for each of the others.
            guard answer.failure == nil else { break }
        }
        if let sibling, !answers.contains(where: { $0.answer.failure != nil }) {
            for index in answers.indices where answers[index].answer.records != nil {
                answers[index].sibling = try await self.ask(server, sibling, answers[index].type)
            }
        }
        var negativeTTL: Int?
        if self.expectation.presence != .absent, !answers.contains(where: { $0.answer.failure != nil }) {
            negativeTTL = try await self.resolver.negativeTTL(
                of: self.expectation.zone, from: server, within: self.limit)
        }
        return ServerObservation(server: server, answers: answers, negativeTTL: negativeTTL, at: self.now())
    }

    private func ask(
        _ server: AuthoritativeServer, _ name: DomainName, _ type: RecordType
    ) async throws -> AuthorityAnswer {
        guard server.address != nil else { return .failed(.noAddress) }
        return try await self.resolver.answer(from: server, name: name, type: type, within: self.limit)
    }

    /// A name beside another that nobody made: what it has, it has through a wildcard (RFC 4592).
    ///
    /// None for a wildcard itself, which would answer.
    private static func sibling(of name: DomainName) -> DomainName? {
        guard name.labels.first != "*" else { return nil }
        return name.parent?.below("probe-\(String(UInt64.random(in: .min ... .max), radix: 36))")
    }
}
