/// One SQL statement with its bound values.
///
/// Written as a string literal, `\(value)` binds a value to the next placeholder; it never becomes part of the SQL.
///
/// ```swift
/// let query: PostgresQuery = "SELECT name FROM clients WHERE id = \(id) AND active = \(true)"
/// ```
///
/// Raw text needs the searchable `\(unescaped: text)`, and a name `\(identifier: name)`, which quotes it.
public struct PostgresQuery: Sendable, Hashable {
    /// The text with `$1`, `$2`, ...
    ///
    /// in place of the values. One statement; the server refuses several.
    public var sql: String
    /// The values in the order of their placeholders; at most 65,535.
    public var bindings: [PostgresBinding]
    /// Whether the statement is prepared under a name and its plan kept.
    ///
    /// Switch it off for text that hardly repeats.
    public var isPrepared: Bool
    /// Whether names in the text mean something else in another ``PostgresBatch/planScope``.
    ///
    /// Switch it off for text that is the same everywhere: all scopes then share one plan.
    public var isScoped = true

    /// A statement as it is, with values for its placeholders.
    public init(unsafeSQL sql: String, bindings: [PostgresBinding] = [], isPrepared: Bool = true) {
        self.sql = sql
        self.bindings = bindings
        self.isPrepared = isPrepared
    }

    /// The same statement, not prepared under a name: for DDL and other text that hardly repeats.
    public func unprepared() -> PostgresQuery {
        var copy = self
        copy.isPrepared = false
        return copy
    }

    /// The same statement, with one plan for all scopes: every name in it is qualified.
    public func sharedByScopes() -> PostgresQuery {
        var copy = self
        copy.isScoped = false
        return copy
    }

    func validate() throws(PostgresError) {
        guard self.bindings.count <= Int(UInt16.max) else {
            throw .unsupported("A statement has more than 65,535 values.")
        }
        if self.sql.containsNUL { throw .encoding("A statement holds a NUL character.") }
        for binding in self.bindings { try binding.validate() }
    }

    /// Equal if text and values are.
    public static func == (left: PostgresQuery, right: PostgresQuery) -> Bool {
        left.sql == right.sql && left.isPrepared == right.isPrepared && left.isScoped == right.isScoped
            && left.bindings.elementsEqual(right.bindings) { $0.isEqual(to: $1) }
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.sql)
    }
}

extension PostgresBinding {
    func isEqual(to other: PostgresBinding) -> Bool {
        switch (self.value, other.value) {
        case (.null, .null): true
        case (.text(let left), .text(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left == right
        default: false
        }
    }
}
