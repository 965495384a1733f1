public import Foundation

/// What all servers said when they were asked once.
public struct PropagationRound: Sendable, Hashable, Codable {
    /// What each said.
    public var observations: [ServerObservation]
    /// When the first was asked.
    public var began: Date
    /// When the last answer was there, or was given up.
    public var ended: Date

    /// A round.
    public init(observations: [ServerObservation], began: Date, ended: Date) {
        self.observations = observations
        self.began = began
        self.ended = ended
    }

    /// What the answers come to.
    public func verdict(on expectation: PropagationExpectation, policy: PropagationPolicy) -> PropagationVerdict {
        let addresses = self.observations.map {
            PropagationVerdict.Address(server: $0.server, standing: expectation.standing(of: $0.answers))
        }
        let servers = Dictionary(grouping: addresses, by: \.server.name).values.map(Self.standing)
        let reached = servers.filter(\.isReached)
        var awaited = addresses.filter { $0.standing == .differs }
        switch policy {
        case .all: awaited += servers.filter { !$0.isReached }.flatMap(\.addresses)
        case .allReachable(let count) where reached.count < count:
            awaited += servers.filter { !$0.isReached }.flatMap(\.addresses)
        case .allReachable: break
        }
        guard awaited.isEmpty, !reached.isEmpty, reached.count >= policy.fewest else {
            return .waiting(for: Set(awaited).sorted { $0.server < $1.server })
        }
        return reached.contains { $0.addresses.contains { $0.standing == .wildcard } } ? .coveredByWildcard : .agreed
    }

    /// A server is there if any of its addresses is: many hosts have a way to addresses of one kind only.
    private static func standing(
        of addresses: [PropagationVerdict.Address]
    ) -> (addresses: [PropagationVerdict.Address], isReached: Bool) {
        let isReached = addresses.contains { address in
            if case .failed = address.standing { false } else { true }
        }
        return (addresses, isReached)
    }
}

/// Whose answers are needed.
public enum PropagationPolicy: Sendable, Hashable, Codable {
    /// Every name server, at one of its addresses at least.
    case all
    /// Every name server that answers, and so many of them at least (never less than one).
    case allReachable(atLeast: Int)

    /// How many servers must answer, however many there are.
    var fewest: Int {
        switch self {
        case .all: 1
        case .allReachable(let count): max(1, count)
        }
    }
}

/// What the answers of all servers come to.
public enum PropagationVerdict: Sendable, Hashable, Codable {
    /// An address of a server, and where it stands.
    public struct Address: Sendable, Hashable, Codable {
        /// The server.
        public var server: AuthoritativeServer
        /// Where it stands.
        public var standing: ServerStanding

        /// An address.
        public init(server: AuthoritativeServer, standing: ServerStanding) {
            self.server = server
            self.standing = standing
        }
    }

    /// All say what is expected.
    case agreed
    /// No server has anything of the name's own to tell from a wildcard, and at least one answers through a wildcard:
    /// a name that is to be absent never will be, and one that is to resolve does, with or without a record.
    case coveredByWildcard
    /// These do not say so yet; nobody in particular if there is no server to ask.
    case waiting(for: [Address])
}
