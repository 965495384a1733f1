/// What a ``LimitTable`` keeps for a key.
protocol LimitEntry: Sendable {
    /// The entry of a key that is not in the table.
    init()
    /// How much is lost if the entry is forgotten now; 0 if nothing is.
    func weight(at now: Int64) -> Int64
}

/// A table of bounded size, whatever keys there are: small sets of places, and each key has its set.
///
/// A new key takes a place whose entry is as good as forgotten, else that of the entry with the least to lose. So a
/// flood of keys drives out its own kind - each has cost one request - and not the bucket that somebody has emptied:
/// to get that one out, the seven others of its set would have to be emptier still, and which set that is depends on
/// a hash with a secret seed.
struct LimitTable<Entry: LimitEntry>: Sendable {
    private static var ways: Int { 8 }

    /// Apart from the entries, so that a set of them is one line of the processor's cache; 0 for a place that is free.
    private var tags: [UInt64]
    private var entries: [Entry]
    private let mask: UInt64

    /// A table of at least `capacity` places.
    init(capacity: Int) {
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        self.tags = Array(repeating: 0, count: sets * Self.ways)
        self.entries = Array(repeating: Entry(), count: sets * Self.ways)
        self.mask = UInt64(sets - 1)
    }

    /// The entry of a key; nil if it is not there.
    ///
    /// No key has the tag 0.
    func entry(_ tag: UInt64) -> Entry? {
        self.find(tag).map { self.entries[$0] }
    }

    /// Changes the entry of a key, which gets a place if it has none.
    mutating func update<Value>(_ tag: UInt64, at now: Int64, _ body: (inout Entry) -> Value) -> Value {
        let index = self.find(tag) ?? self.makeRoom(for: tag, at: now)
        return body(&self.entries[index])
    }

    /// Changes the entry of a key if it is there.
    mutating func updateIfPresent(_ tag: UInt64, _ body: (inout Entry) -> Void) {
        if let index = self.find(tag) { body(&self.entries[index]) }
    }

    private func find(_ tag: UInt64) -> Int? {
        let start = self.start(tag)
        for index in start..<start + Self.ways where self.tags[index] == tag { return index }
        return nil
    }

    private mutating func makeRoom(for tag: UInt64, at now: Int64) -> Int {
        let start = self.start(tag)
        var lightest = start
        var least = Int64.max
        for index in start..<start + Self.ways {
            let weight = self.tags[index] == 0 ? -1 : self.entries[index].weight(at: now)
            if weight < least { (lightest, least) = (index, weight) }
        }
        self.tags[lightest] = tag
        self.entries[lightest] = Entry()
        return lightest
    }

    private func start(_ tag: UInt64) -> Int {
        // The lowest bit is the same for all tags.
        Int((tag >> 1) & self.mask) * Self.ways
    }
}
