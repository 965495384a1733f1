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

    private struct Place: Sendable {
        var tag: UInt64 = 0
        var entry = Entry()
    }
    private var places: [Place]
    private let mask: UInt64

    /// A table of at least `capacity` places.
    init(capacity: Int) {
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        self.places = Array(repeating: Place(), count: sets * Self.ways)
        self.mask = UInt64(sets - 1)
    }

    var capacity: Int { self.places.count }

    /// The entry of a key; nil if it is not there. No key has the tag 0.
    func entry(_ tag: UInt64) -> Entry? {
        let start = self.start(tag)
        for index in start..<start + Self.ways where self.places[index].tag == tag {
            return self.places[index].entry
        }
        return nil
    }

    /// Changes the entry of a key, which gets a place if it has none.
    mutating func update<Value>(_ tag: UInt64, at now: Int64, _ body: (inout Entry) -> Value) -> Value {
        let index = self.place(tag, at: now)
        return body(&self.places[index].entry)
    }

    /// Changes the entry of a key if it is there.
    mutating func updateIfPresent(_ tag: UInt64, _ body: (inout Entry) -> Void) {
        let start = self.start(tag)
        for index in start..<start + Self.ways where self.places[index].tag == tag {
            body(&self.places[index].entry)
        }
    }

    private mutating func place(_ tag: UInt64, at now: Int64) -> Int {
        let start = self.start(tag)
        var lightest = start
        var least = Int64.max
        for index in start..<start + Self.ways {
            if self.places[index].tag == tag { return index }
            let weight = self.places[index].tag == 0 ? -1 : self.places[index].entry.weight(at: now)
            if weight < least { (lightest, least) = (index, weight) }
        }
        self.places[lightest] = Place(tag: tag)
        return lightest
    }

    private func start(_ tag: UInt64) -> Int {
        // The lowest bit is the same for all tags.
        Int((tag >> 1) & self.mask) * Self.ways
    }
}
