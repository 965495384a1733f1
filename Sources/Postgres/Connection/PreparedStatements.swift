/// The statements that one connection knows, bounded; one of those unused for longest goes first.
struct PreparedStatements {
    private static let capacityWithoutNames = 256
    private static let sampleSize = 16

    private let capacity: Int
    private let areNamed: Bool
    /// Nobody can guess it: code of another tenant on the same connection could otherwise prepare a statement of its own
    /// under a name that this client is about to execute.
    private let prefix: String
    private var statements: [StatementKey: PreparedStatement] = [:]
    /// The same statements, in no order.
    private var list: [PreparedStatement] = []
    private var clock: UInt64 = 0
    private var named: UInt64 = 0
    /// Names that the server still knows and nobody uses any more.
    private(set) var evicted: [String] = []

    /// With a capacity of 0 statements have no names, and only their cost is remembered.
    init(capacity: Int, prefix: String = PreparedStatements.randomPrefix()) {
        self.prefix = prefix
        self.areNamed = capacity > 0
        self.capacity = capacity > 0 ? capacity : Self.capacityWithoutNames
    }

    /// 128 random bits.
    static func randomPrefix() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next(), radix: 36) }.joined() + "_"
    }

    var count: Int { self.statements.count }

    /// The statement for a key, new if need be.
    mutating func use(_ key: StatementKey) -> (statement: PreparedStatement, isNew: Bool) {
        self.clock += 1
        if let statement = self.statements[key] {
            statement.lastUse = self.clock
            return (statement, false)
        }
        if self.statements.count >= self.capacity { self.evictOldest() }
        self.named += 1
        let statement = PreparedStatement(key: key, name: self.areNamed ? "\(self.prefix)\(self.named)" : nil)
        statement.lastUse = self.clock
        statement.place = self.list.count
        self.list.append(statement)
        self.statements[key] = statement
        return (statement, true)
    }

    /// Drops a statement that the server does not know, or whose plan is stale.
    mutating func forget(_ statement: PreparedStatement, isOnServer: Bool) {
        guard self.statements[statement.key] === statement else { return }
        self.remove(statement)
        if isOnServer, let name = statement.name { self.evicted.append(name) }
    }

    /// Drops all, after DISCARD ALL.
    mutating func forgetAll() {
        self.statements = [:]
        self.list = []
        self.evicted = []
    }

    /// The names to deallocate, once there are enough of them to be worth a message.
    mutating func takeEvicted(atLeast minimum: Int) -> [String] {
        guard self.evicted.count >= minimum else { return [] }
        defer { self.evicted = [] }
        return self.evicted
    }

    /// Takes names back that could not be deallocated yet.
    mutating func evictAgain(_ names: some Sequence<String>) {
        self.evicted += names
    }

    /// The oldest of a few: looking at all of them for each new statement would cost more than the better choice is worth
    /// when there are more statements than places.
    private mutating func evictOldest() {
        let sample =
            self.list.count <= Self.sampleSize
            ? self.list : (0..<Self.sampleSize).map { _ in self.list[Int.random(in: self.list.indices)] }
        guard let oldest = sample.min(by: { $0.lastUse < $1.lastUse }) else { return }
        self.remove(oldest)
        if let name = oldest.name { self.evicted.append(name) }
    }

    private mutating func remove(_ statement: PreparedStatement) {
        self.statements[statement.key] = nil
        guard let last = self.list.popLast(), last !== statement else { return }
        self.list[statement.place] = last
        last.place = statement.place
    }
}
