import DNS

/// A record as the API lists it: one value.
struct CloudflareRecord: Decodable, Sendable {
    let id: String
    let name: String
    let type: String
    let content: String?
    let ttl: Int
    let proxied: Bool?
    let comment: String?
}

/// A record as the API is asked to make it; with the id of another, in its place.
struct CloudflareDraft: Encodable, Sendable, Hashable {
    var id: String?
    let name: String
    let type: String
    let content: String
    let ttl: Int
    let proxied: Bool?
    let comment: String?

    /// Whether a record is so already, but for its content.
    func hasForm(of record: CloudflareRecord) -> Bool {
        self.ttl == record.ttl && (self.proxied ?? false) == (record.proxied ?? false)
            && (self.comment == nil || self.comment == record.comment)
    }
}

/// How our record sets look over there.
struct CloudflareForm: Sendable {
    /// What stands for a time to live that Cloudflare chooses.
    static let automaticTTL = 1
    /// What resolvers are told then, in seconds.
    static let chosenTTL = 300
    /// In front of the time to live that was asked for, in the comment of a record that cannot have it.
    private static let commentPrefix = "Bulkhead; asked for with ttl="

    /// Whether our addresses and aliases are to be proxied.
    let proxied: Bool

    /// The records that make up a set.
    func drafts(of set: RecordSet) -> [(value: String, draft: CloudflareDraft)] {
        let isProxied = self.isProxied(set.type)
        return set.values.map { value in
            let draft = CloudflareDraft(
                name: set.name.description, type: set.type.rawValue,
                content: set.type == .txt ? QuotedText(value).presentation : value,
                ttl: isProxied ? Self.automaticTTL : set.ttl, proxied: set.type == .txt ? nil : isProxied,
                comment: isProxied ? "\(Self.commentPrefix)\(set.ttl)" : nil)
            return (value, draft)
        }
    }

    /// Whether a record goes through Cloudflare's network exactly if ours should.
    func isAsConfigured(_ record: CloudflareRecord, _ type: RecordType) -> Bool {
        (record.proxied ?? false) == self.isProxied(type)
    }

    /// The time to live that a record was asked for with.
    ///
    /// A proxied one always has the automatic one: without a note of what was asked for, no plan would ever be empty.
    func ttl(of record: CloudflareRecord) -> Int {
        guard record.proxied ?? false else { return record.ttl }
        guard let comment = record.comment, comment.hasPrefix(Self.commentPrefix),
            let noted = Int(comment.dropFirst(Self.commentPrefix.count)), (0...2_147_483_646).contains(noted)
        else { return Self.automaticTTL }
        return noted
    }

    private func isProxied(_ type: RecordType) -> Bool { self.proxied && type != .txt }
}
