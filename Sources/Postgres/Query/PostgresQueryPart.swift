/// A piece of SQL with its bound values, to be put into a ``PostgresQuery`` by `\(part: ...)`.
///
/// Lets a condition be chosen at run time without any text of a user getting near the SQL.
public struct PostgresQueryPart: Sendable, ExpressibleByStringInterpolation {
    enum Piece: Sendable {
        case text(String)
        case value(PostgresBinding)
    }

    var pieces: [Piece]

    /// Nothing at all.
    public static let empty: PostgresQueryPart = ""

    /// Text without values.
    public init(stringLiteral value: String) {
        self.pieces = value.isEmpty ? [] : [.text(value)]
    }

    /// Text with the values of its interpolations bound.
    public init(stringInterpolation: StringInterpolation) {
        self.pieces = stringInterpolation.pieces
    }

    /// Collects text and values of a string literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var pieces: [Piece] = []

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            self.pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Text of the literal itself.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { self.pieces.append(.text(literal)) }
        }

        /// Binds a value; nil becomes NULL.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            self.pieces.append(.value(value.postgresBinding))
        }

        /// Binds a value, or NULL.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            self.pieces.append(.value(value.postgresBinding))
        }

        /// Puts text in as it is.
        ///
        /// Never pass anything that a user can influence.
        public mutating func appendInterpolation(unescaped text: String) {
            self.pieces.append(.text(text))
        }

        /// Puts a name in, in double quotes.
        public mutating func appendInterpolation(identifier name: String) {
            self.pieces.append(.text(PostgresQuery.quoted(identifier: name)))
        }

        /// Puts another part in.
        public mutating func appendInterpolation(part: PostgresQueryPart) {
            self.pieces += part.pieces
        }
    }
}
