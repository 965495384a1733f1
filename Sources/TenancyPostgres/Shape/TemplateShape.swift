/// What a tenant's schema looks like: the one value that documentation, doctor and tests compare with.
public struct TemplateShape: Sendable, Hashable, Codable {
    /// The version of the template.
    public var version: Int
    /// The tables, by name.
    public var tables: [Table]

    /// A table.
    public struct Table: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its columns, in order.
        public var columns: [Column]
        /// Its keys and checks, as PostgreSQL prints them, by name.
        public var constraints: [String]
        /// Its indexes, as PostgreSQL prints them, by name.
        public var indexes: [String]
        /// Its policies, by name.
        public var policies: [String]
        /// Rights, as `role=RIGHTS`.
        public var grants: [String]
        /// Whether row-level security is on, and for the owner too.
        public var forcesRowSecurity: Bool
    }

    /// A column.
    public struct Column: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its type, as PostgreSQL prints it.
        public var type: String
        /// Whether NULL is refused.
        public var notNull: Bool
        /// Its default, as PostgreSQL prints it.
        public var defaultValue: String?
    }

    /// Where `other` differs from this shape, a line each; empty if nowhere.
    public func differences(to other: TemplateShape) -> [String] {
        var lines: [String] = []
        let mine = Dictionary(uniqueKeysWithValues: self.tables.map { ($0.name, $0) })
        let theirs = Dictionary(uniqueKeysWithValues: other.tables.map { ($0.name, $0) })
        for name in Set(mine.keys).union(theirs.keys).sorted() {
            switch (mine[name], theirs[name]) {
            case (let mine?, let theirs?): lines += mine.differences(to: theirs)
            case (_?, nil): lines.append("table \(name) is missing")
            default: lines.append("table \(name) is not expected")
            }
        }
        return lines
    }
}

extension TemplateShape.Table {
    fileprivate func differences(to other: Self) -> [String] {
        var lines: [String] = []
        func compare<Part: Hashable>(_ what: String, _ mine: [Part], _ theirs: [Part]) {
            for part in mine where !theirs.contains(part) { lines.append("\(self.name): \(what) missing: \(part)") }
            for part in theirs where !mine.contains(part) { lines.append("\(self.name): \(what) unexpected: \(part)") }
        }
        compare("column", self.columns.map(\.line), other.columns.map(\.line))
        compare("constraint", self.constraints, other.constraints)
        compare("index", self.indexes, other.indexes)
        compare("policy", self.policies, other.policies)
        compare("grant", self.grants, other.grants)
        if self.forcesRowSecurity != other.forcesRowSecurity {
            lines.append("\(self.name): row-level security is not forced")
        }
        return lines
    }
}

extension TemplateShape.Column {
    fileprivate var line: String {
        "\(self.name) \(self.type)\(self.notNull ? " NOT NULL" : "")\(self.defaultValue.map { " DEFAULT \($0)" } ?? "")"
    }
}
