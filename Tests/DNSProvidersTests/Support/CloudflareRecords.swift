import Foundation

/// The records of a zone at Cloudflare, and what the API allows there.
struct CloudflareRecords: Sendable {
    /// A body of the batch endpoint.
    struct Batch: Decodable {
        struct Deletion: Decodable {
            let id: String
        }

        struct Draft: Decodable {
            let id: String?
            let name: String
            let type: String
            let content: String
            let ttl: Int
            let proxied: Bool?
            let comment: String?
        }

        var deletes: [Deletion]?
        var puts: [Draft]?
        var posts: [Draft]?

        var count: Int { (self.deletes?.count ?? 0) + (self.puts?.count ?? 0) + (self.posts?.count ?? 0) }

        init?(_ body: Data) {
            do { self = try JSONDecoder().decode(Self.self, from: body) } catch { return nil }
        }
    }

    /// A numbered error.
    struct Problem: Error {
        let code: Int
        let message: String
    }

    /// Of the free plan.
    static let largestBatch = 200
    private static let resolved: Set<String> = ["A", "AAAA", "CNAME"]

    /// In the order in which they were made.
    private(set) var all: [CloudflareServer.Record] = []
    private var lastID = 0

    /// Adds a record whatever is there, as no API does.
    mutating func add(
        _ name: String, _ type: String, _ content: String, ttl: Int = 60, proxied: Bool? = nil, comment: String? = nil
    ) {
        self.lastID += 1
        self.all.append(
            CloudflareServer.Record(
                id: "record-\(self.lastID)", name: name, type: type, content: content, ttl: ttl, proxied: proxied,
                comment: comment))
    }

    /// Removes the records that `isGone` says so of.
    mutating func remove(where isGone: (CloudflareServer.Record) -> Bool) { self.all.removeAll(where: isGone) }

    /// Changes records in place.
    mutating func modify(_ change: (inout CloudflareServer.Record) -> Void) {
        for index in self.all.indices { change(&self.all[index]) }
    }

    /// Deletes, puts, posts; all or nothing.
    mutating func apply(_ batch: Batch, zone: String) throws(Problem) {
        guard batch.count > 0, batch.count <= Self.largestBatch else {
            throw Problem(code: 81072, message: "Batch size is out of range")
        }
        var after = self
        for deletion in batch.deletes ?? [] { try after.delete(deletion.id) }
        for draft in batch.puts ?? [] {
            guard let id = draft.id, let index = after.all.firstIndex(where: { $0.id == id }) else {
                throw Problem(code: 81044, message: "Record does not exist.")
            }
            after.all[index] = try after.checked(draft, id: id, zone: zone)
        }
        for draft in batch.posts ?? [] {
            after.lastID += 1
            after.all.append(try after.checked(draft, id: "record-\(after.lastID)", zone: zone))
        }
        self = after
    }

    private mutating func delete(_ id: String) throws(Problem) {
        guard let index = self.all.firstIndex(where: { $0.id == id }) else {
            throw Problem(code: 81044, message: "Record does not exist.")
        }
        self.all.remove(at: index)
    }

    private func checked(_ draft: Batch.Draft, id: String, zone: String) throws(Problem) -> CloudflareServer.Record {
        let isProxied = draft.proxied ?? false
        guard draft.ttl == 1 || (60...86_400).contains(draft.ttl) else {
            throw Problem(code: 9021, message: "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")
        }
        guard !isProxied || Self.resolved.contains(draft.type) else {
            throw Problem(code: 9004, message: "This record type cannot be proxied.")
        }
        guard draft.type != "TXT" || draft.content.hasPrefix("\"") && draft.content.hasSuffix("\"") else {
            throw Problem(code: 9005, message: "Content for TXT record is invalid.")
        }
        guard (draft.comment ?? "").count <= 100 else { throw Problem(code: 9017, message: "Comment is too long.") }
        // What does not end with the zone's name is taken for relative to it.
        let isWithin = draft.name == zone || draft.name.hasSuffix("." + zone)
        let record = CloudflareServer.Record(
            id: id, name: isWithin ? draft.name : "\(draft.name).\(zone)", type: draft.type, content: draft.content,
            ttl: isProxied ? 1 : draft.ttl, proxied: isProxied, comment: draft.comment)
        try self.checkNeighbours(of: record)
        return record
    }

    private func checkNeighbours(of record: CloudflareServer.Record) throws(Problem) {
        let others = self.all.filter { $0.name == record.name && $0.id != record.id }
        if others.contains(where: { $0.type == record.type && $0.content == record.content }) {
            throw Problem(code: 81058, message: "An identical record already exists.")
        }
        if record.type == "CNAME", others.contains(where: { Self.resolved.contains($0.type) }) {
            throw Problem(code: 81053, message: "An A, AAAA, or CNAME record with that host already exists.")
        }
        if ["A", "AAAA"].contains(record.type), others.contains(where: { $0.type == "CNAME" }) {
            throw Problem(code: 81054, message: "A CNAME record with that host already exists.")
        }
    }
}
