/// Who has to be looked at again, and when, in order of time.
struct MemoryQueue: Sendable {
    private var memories: [(tenant: TurnKey, until: Moment)] = []
    private var head = 0

    init() {}

    /// What it takes up, of those too whose time has come.
    var size: Int { self.memories.count }
    var next: Moment? { self.head < self.memories.count ? self.memories[self.head].until : nil }

    /// `until` is not before that of any other.
    mutating func append(_ tenant: TurnKey, _ until: Moment) {
        self.memories.append((tenant, until))
    }

    /// The next whose time has come.
    mutating func popFirst(upTo now: Moment) -> TurnKey? {
        guard self.head < self.memories.count, self.memories[self.head].until <= now else { return nil }
        defer {
            self.head += 1
            if self.head == self.memories.count {
                self.memories.removeAll(keepingCapacity: self.head < 256)
                self.head = 0
            } else if self.head >= 256, self.head * 2 >= self.memories.count {
                // There may always be one whose time has not come: what is behind goes all the same.
                self.memories.removeFirst(self.head)
                self.head = 0
            }
        }
        return self.memories[self.head].tenant
    }
}
