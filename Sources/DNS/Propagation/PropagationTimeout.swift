/// A change had not reached all servers by the deadline.
public struct PropagationTimeout: Error, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Who said what.
    public let evidence: PropagationEvidence

    /// A timeout.
    public init(evidence: PropagationEvidence) { self.evidence = evidence }

    /// Which name, and who does not show the change, by the name of the server.
    public var description: String {
        let name = self.evidence.expectation.name
        if let failure = self.evidence.lookupFailure { return "\(name): the name servers cannot be asked: \(failure)" }
        guard case .waiting(let addresses) = self.evidence.verdict, !addresses.isEmpty else {
            return "\(name): there are too few name servers that answer"
        }
        let words = addresses.map { "\($0.server) \(Self.words(for: $0.standing))" }
        return "\(name): the change has not reached all name servers: \(words.joined(separator: "; "))"
    }

    /// The same with the last answers of all servers.
    public var debugDescription: String {
        let observations = self.evidence.lastRound?.observations ?? []
        let answers = observations.map { observation in
            let said = observation.answers.map { "\($0.type.rawValue) \($0.answer)" }
            return "\(observation.server): \(said.joined(separator: ", "))"
        }
        return ([self.description] + answers).joined(separator: "\n")
    }

    private static func words(for standing: ServerStanding) -> String {
        switch standing {
        case .agrees: "agrees"
        case .differs: "answers otherwise"
        case .wildcard: "answers through a wildcard"
        case .failed(let failure): failure.explanation
        }
    }
}
