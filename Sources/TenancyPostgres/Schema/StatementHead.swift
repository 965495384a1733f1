/// What a statement of a migration is about, by its first words.
struct StatementHead: Sendable, Equatable {
    /// What it does.
    enum Verb: Sendable, Equatable {
        case createTable, alterTable, dropTable, createIndex, dropIndex, write
    }

    let verb: Verb
    /// The table, or for ``Verb/dropIndex`` the index.
    let name: String

    /// Reads the first words; nil if the statement is of another kind, or names something in a schema or in quotes.
    init?(_ statement: String) {
        let words = Self.words(statement)
        let upper = words.map { $0.uppercased() }
        func name(_ place: Int) -> String? {
            guard words.indices.contains(place), Self.isPlain(words[place]) else { return nil }
            return String(words[place])
        }
        let found: (Verb, String?)
        switch (upper.first, upper.dropFirst().first) {
        case ("CREATE", "TABLE"): found = (.createTable, name(2))
        case ("ALTER", "TABLE"): found = (.alterTable, name(2))
        case ("DROP", "TABLE"): found = (.dropTable, name(2))
        case ("DROP", "INDEX"): found = (.dropIndex, name(2))
        case ("CREATE", "INDEX"), ("CREATE", "UNIQUE"):
            found = (.createIndex, upper.prefix(6).firstIndex(of: "ON").flatMap { name($0 + 1) })
        case ("INSERT", "INTO"), ("DELETE", "FROM"): found = (.write, name(2))
        case ("UPDATE", _): found = (.write, name(1))
        default: return nil
        }
        guard let name = found.1 else { return nil }
        self.verb = found.0
        self.name = name
    }

    /// The words behind leading comments; brackets separate them too.
    private static func words(_ statement: String) -> [Substring] {
        let lines = statement.split(separator: "\n").drop { $0.hasPrefix("--") }
        return lines.flatMap { $0.split { $0.isWhitespace || $0 == "(" || $0 == ";" } }
    }

    /// Lower-case, without quotation marks, in no schema: one spelling for one name; and no word such as `ONLY`.
    private static func isPlain(_ word: Substring) -> Bool {
        (1...63).contains(word.utf8.count) && word.first?.isNumber == false
            && word.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
            }
    }
}
