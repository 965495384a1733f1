public import Foundation

/// What one server said in one round, and when.
public struct ServerObservation: Sendable, Hashable, Codable {
    /// The answer for one kind of records.
    public struct Answer: Sendable, Hashable, Codable {
        /// The kind.
        public var type: RecordType
        /// What it said about the name.
        public var answer: AuthorityAnswer
        /// What it said about a name beside it that nobody made, and that can only have records through a wildcard;
        /// nil if that was not asked.
        public var sibling: AuthorityAnswer?

        /// An answer.
        public init(_ type: RecordType, _ answer: AuthorityAnswer, sibling: AuthorityAnswer? = nil) {
            self.type = type
            self.answer = answer
            self.sibling = sibling
        }
    }

    /// Who was asked.
    public var server: AuthoritativeServer
    /// What it said.
    public var answers: [Answer]
    /// For how many seconds resolvers may remember that a name does not exist; nil if it was not asked, or did not tell.
    public var negativeTTL: Int?
    /// When the last answer was there.
    public var at: Date

    /// An observation.
    public init(server: AuthoritativeServer, answers: [Answer], negativeTTL: Int? = nil, at: Date) {
        self.server = server
        self.answers = answers
        self.negativeTTL = negativeTTL
        self.at = at
    }

    /// Whether what it has at the name comes from a wildcard, or cannot be told from one.
    public var isCoveredByWildcard: Bool { PropagationExpectation.isWildcard(self.answers) }
}

/// Where a server stands to what is expected.
public enum ServerStanding: Sendable, Hashable, Codable {
    /// It says what is expected.
    case agrees
    /// It says something else.
    case differs
    /// All it has at the name, it has at any name: a wildcard answers.
    case wildcard
    /// It gave no answer that counts.
    case failed(AuthorityFailure)
}
