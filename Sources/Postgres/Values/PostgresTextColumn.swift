/// Values of one column for many rows, as one bound `text[]`.
///
/// Each value is in the text form of its own type, into which the statement has to cast it: `unnest($1::text[])::uuid`.
package struct PostgresTextColumn: Sendable {
    private var literal = "{"

    /// An empty column.
    package init() {}

    /// How many bytes it takes.
    package var byteCount: Int { self.literal.utf8.count }

    /// What is bound.
    package var binding: PostgresBinding { .text(self.literal + "}") }

    /// Adds a value; nil is NULL.
    ///
    /// Throws ``PostgresError`` with code `encoding` for what cannot be sent.
    package mutating func append(_ value: (any PostgresEncodable)?) throws(PostgresError) {
        let binding = value?.postgresBinding ?? .null
        try binding.validate()
        if self.byteCount > 1 { self.literal += "," }
        switch binding.value {
        case .null: self.literal += "NULL"
        case .text(let text): self.appendQuoted(text)
        case .bytes(let bytes):
            self.literal += "\"\\\\x"
            for byte in bytes { self.literal += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }
            self.literal += "\""
        case .invalid(let error): throw error
        }
    }

    /// Inside of quotes only quote and backslash mean something (PostgreSQL manual, section 8.15.6).
    private mutating func appendQuoted(_ text: String) {
        self.literal += "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { self.literal += "\\" }
            self.literal.unicodeScalars.append(scalar)
        }
        self.literal += "\""
    }
}
