import DNS
import Foundation

/// Changes as the API wants them: by record, and old ones by the ids that were read.
///
/// The API carries out one body in the order of its fields, together or not at all.
struct CloudflareBatch: Encodable, Sendable {
    /// A record that is to go.
    struct Deletion: Encodable, Sendable {
        let id: String
    }

    private(set) var deletes: [Deletion] = []
    private(set) var puts: [CloudflareDraft] = []
    private(set) var posts: [CloudflareDraft] = []

    /// How many records it is about.
    var count: Int { self.deletes.count + self.puts.count + self.posts.count }

    var encoded: Data {
        get throws { try JSONEncoder().encode(self) }
    }

    /// Adds a change that is needed, of what was just read.
    mutating func add(_ change: RecordChange, in listing: CloudflareListing, form: CloudflareForm) {
        let found = listing.entries[change.key, default: []]
        switch change {
        case .create(let set), .replace(_, let set): self.write(set, over: found, form)
        case .remove: self.deletes += found.map { Deletion(id: $0.record.id) }
        }
    }

    /// Adds all of another batch.
    mutating func add(_ other: CloudflareBatch) {
        self.deletes += other.deletes
        self.puts += other.puts
        self.posts += other.posts
    }

    /// Values that stay are left, others are written over records that go: what is in place is never missing, even
    /// where a batch arrives one record after the other.
    private mutating func write(_ set: RecordSet, over found: [CloudflareListing.Entry], _ form: CloudflareForm) {
        var rest = found
        var missing: [CloudflareDraft] = []
        for (value, draft) in form.drafts(of: set) {
            guard let index = rest.firstIndex(where: { $0.value == value }) else {
                missing.append(draft)
                continue
            }
            let record = rest.remove(at: index).record
            if !draft.hasForm(of: record) { self.put(draft, over: record) }
        }
        for draft in missing {
            if rest.isEmpty { self.posts.append(draft) } else { self.put(draft, over: rest.removeFirst().record) }
        }
        self.deletes += rest.map { Deletion(id: $0.record.id) }
    }

    private mutating func put(_ draft: CloudflareDraft, over record: CloudflareRecord) {
        var draft = draft
        draft.id = record.id
        self.puts.append(draft)
    }
}
