/// Tenants in memory by one key: shards, each an immutable dictionary that is replaced as a whole.
struct TenantTable<Key: Hashable & Sendable>: Sendable {
    private final class Page: Sendable {
        let entries: [Key: RememberedTenant]
        init(_ entries: [Key: RememberedTenant]) { self.entries = entries }
    }

    private let shards: [ReadMostly<Page>]

    /// - Parameter capacity: how many tenants there will be at most; about a hundred share a shard.
    init(capacity: Int) {
        var count = 1
        while count * 128 < capacity && count < 1024 { count *= 2 }
        self.shards = (0..<count).map { _ in ReadMostly(Page([:])) }
    }

    /// Reads without a lock.
    func entry(_ key: Key) -> RememberedTenant? { self.shard(key).load().entries[key] }

    /// Puts an entry in the place of another, or takes it away; writers come one at a time.
    func set(_ key: Key, to entry: RememberedTenant?) {
        self.shard(key).replace { page in
            var entries = page.entries
            entries[key] = entry
            return Page(entries)
        }
    }

    private func shard(_ key: Key) -> ReadMostly<Page> {
        self.shards[Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) >> 40) & (self.shards.count - 1)]
    }
}
