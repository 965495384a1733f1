/// What one authoritative server answers when asked for one kind of records at one name.
public enum AuthorityAnswer: Sendable, Hashable, Codable {
    /// It has such records.
    case records(AnsweredRecords)
    /// The name stands for another one (CNAME), which was not asked for; the other one was not followed.
    case alias(AnsweredRecords)
    /// The name exists and has no such records, or only names below it exist (RFC 8020).
    case noData(negativeTTL: Int?)
    /// The name does not exist (NXDOMAIN), and none below it.
    case noName(negativeTTL: Int?)
    /// It gave no answer that counts.
    case failed(AuthorityFailure)

    /// The records or the alias, if there is either.
    public var records: AnsweredRecords? {
        switch self {
        case .records(let records), .alias(let records): records
        case .noData, .noName, .failed: nil
        }
    }

    /// Whether the server says that there is nothing of the kind.
    public var isEmpty: Bool {
        switch self {
        case .noData, .noName: true
        case .records, .alias, .failed: false
        }
    }

    /// Why it does not count; nil if it does.
    public var failure: AuthorityFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }

    /// Whether both say the same, however long it may be remembered.
    public func answersAs(_ other: AuthorityAnswer) -> Bool {
        switch (self, other) {
        case (.records(let left), .records(let right)), (.alias(let left), .alias(let right)):
            left.values == right.values
        case (.noData, .noData), (.noName, .noName): true
        case (.failed(let left), .failed(let right)): left == right
        default: false
        }
    }
}

/// Records as a server gives them.
public struct AnsweredRecords: Sendable, Hashable, Codable {
    /// For how many seconds resolvers may remember them: the highest, should they differ.
    public var ttl: Int
    /// The values, each once, sorted; in the form of ``RecordSet/values`` if they could be in one.
    public let values: [String]

    /// Records; values of a kind are brought into canonical form where there is one.
    public init(_ type: RecordType, ttl: Int, values: [String]) {
        self.ttl = ttl
        // A text longer than we make, say, is somebody else's: it is only shown.
        self.values = Set(values.map { (try? RecordValue.canonical($0, of: type)) ?? $0 }).sorted()
    }
}

/// Why a server's answer does not count.
public enum AuthorityFailure: String, Sendable, Hashable, Codable, CaseIterable {
    /// It has no address to be asked at.
    case noAddress
    /// No answer in time.
    case timeout
    /// The network or the host says that nobody listens there.
    case unreachable
    /// It refuses to answer for this zone (REFUSED).
    case refused
    /// It has a fault of its own (SERVFAIL), or an answer that says that the question was none (FORMERR, NOTIMP).
    case serverFailure
    /// It answers from memory, or points elsewhere: it does not serve the zone (a lame delegation).
    case notAuthoritative
    /// The answer cannot be read.
    case unreadable

    /// What it looks like, after the name of a server.
    public var explanation: String {
        switch self {
        case .noAddress: "has no address"
        case .timeout: "does not answer"
        case .unreachable: "cannot be reached"
        case .refused: "refuses to answer"
        case .serverFailure: "reports a failure"
        case .notAuthoritative: "does not serve the zone"
        case .unreadable: "gives an answer that cannot be read"
        }
    }
}
