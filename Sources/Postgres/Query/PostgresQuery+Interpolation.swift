extension PostgresQuery: ExpressibleByStringInterpolation {
    /// A statement without values.
    public init(stringLiteral value: String) {
        self.init(unsafeSQL: value)
    }

    /// A statement with the values of its interpolations bound.
    public init(stringInterpolation: StringInterpolation) {
        self.init(unsafeSQL: stringInterpolation.sql, bindings: stringInterpolation.bindings)
    }

    /// Collects text and values of a string literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var sql: String
        var bindings: [PostgresBinding]

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            self.sql = ""
            self.sql.reserveCapacity(literalCapacity + interpolationCount * 3)
            self.bindings = []
            self.bindings.reserveCapacity(interpolationCount)
        }

        /// Text of the literal itself.
        public mutating func appendLiteral(_ literal: String) {
            self.sql += literal
        }

        /// Binds a value to the next placeholder; nil becomes NULL.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            self.append(value.postgresBinding)
        }

        /// Binds a value to the next placeholder, or NULL.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            self.append(value.postgresBinding)
        }

        /// Puts text into the statement as it is.
        ///
        /// Never pass anything that a user can influence.
        public mutating func appendInterpolation(unescaped text: String) {
            self.sql += text
        }

        /// Puts a number into the statement as it is, so that it belongs to the plan.
        ///
        /// For the few values that plans depend on, above all LIMIT: as a bound value it is unknown to a plan that is kept,
        /// and the server plans anew with every execution. Each number is a statement of its own.
        public mutating func appendInterpolation(literal number: Int) {
            self.sql += String(number)
        }

        /// Puts a name into the statement, in double quotes (PostgreSQL manual, section 4.1.1).
        public mutating func appendInterpolation(identifier name: String) {
            self.sql += PostgresQuery.quoted(identifier: name)
        }

        /// Puts another statement, with its values, into this one: for parts such as a condition.
        ///
        /// The placeholders of the part are numbered anew, so it must have been made by interpolation too.
        public mutating func appendInterpolation(part: PostgresQueryPart) {
            for piece in part.pieces {
                switch piece {
                case .text(let text): self.sql += text
                case .value(let binding): self.append(binding)
                }
            }
        }

        private mutating func append(_ binding: PostgresBinding) {
            self.bindings.append(binding)
            self.sql += "$"
            self.sql += String(self.bindings.count)
        }
    }

    /// A name in double quotes, with the quotes inside of it doubled.
    public static func quoted(identifier name: String) -> String {
        var quoted = "\""
        for character in name.unicodeScalars {
            if character == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }
}
