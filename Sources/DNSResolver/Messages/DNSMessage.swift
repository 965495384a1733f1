/// What a server answered, as far as it matters here.
struct DNSMessage: Sendable, Hashable {
    /// Whether the server speaks for the zone (AA).
    var isAuthoritative: Bool
    /// What became of the question (RCODE; RFC 1035, section 4.1.1).
    var code: Int
    var answers: [DNSRecord]
    /// In an answer that there is nothing: the SOA record of the zone.
    var authorities: [DNSRecord]

    /// For how long resolvers may remember that there is nothing (RFC 2308, section 5); nil if it does not say.
    var negativeTTL: Int? { Self.negativeTTL(in: self.authorities) }

    static func negativeTTL(in records: [DNSRecord]) -> Int? {
        records.lazy.compactMap { record in
            if case .start(let minimum) = record.data { min(record.ttl, minimum) } else { nil }
        }.first
    }
}

/// One record of an answer.
struct DNSRecord: Sendable, Hashable {
    /// What it says.
    enum Content: Sendable, Hashable {
        /// An address, as text.
        case address(String)
        /// A name: of a CNAME or a name server.
        case name(String)
        /// The strings of a TXT record, put together; bytes that do not print are written as in zone files.
        case text(String)
        /// A SOA record: its last field, the longest time to remember that something is not there.
        case start(minimum: Int)
    }

    /// In lower case, without the final dot.
    var owner: String
    var type: QuestionType
    /// In seconds.
    var ttl: Int
    var data: Content

    /// The value as text; nil for a SOA record.
    var value: String? {
        switch self.data {
        case .address(let value), .name(let value), .text(let value): value
        case .start: nil
        }
    }
}
