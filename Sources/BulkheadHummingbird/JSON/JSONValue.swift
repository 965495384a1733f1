/// A JSON value as it was received (RFC 8259), before anything is known about what it should be.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as its text: what is exact stays exact until somebody asks for a type.
    case number(String)
    /// A string, with its escapes resolved.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, its members in the order of the text; no name occurs twice.
    case object([Member])

    /// A name and its value inside an object.
    public struct Member: Sendable, Hashable {
        /// The name, with its escapes resolved.
        public let name: String
        /// The value.
        public let value: JSONValue

        /// A member of an object.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Parses a document.
    ///
    /// Stricter than Foundation's parsers: ill-formed UTF-8, a byte order mark, lone surrogates, nesting deeper than 32
    /// and a name that occurs twice in one object are refused. Two parsers that read one text differently are how a
    /// check is made to look at one value and the code behind it at another (RFC 8259, section 4).
    ///
    /// - Throws: ``JSONSyntaxError``
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONSyntaxError) {
        var parser = JSONParser(Array(bytes))
        self = try parser.document()
    }
}

/// Why a text is not JSON, and where; says nothing of what the text holds.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Code: Hashable {
        case syntax
        case encoding
        case depth
        case duplicateName
    }
    private let code: Code

    /// The offset of the offending byte, from 0.
    public let offset: Int

    static func syntax(at offset: Int) -> Self { Self(code: .syntax, offset: offset) }
    static func encoding(at offset: Int) -> Self { Self(code: .encoding, offset: offset) }
    static func depth(at offset: Int) -> Self { Self(code: .depth, offset: offset) }
    static func duplicateName(at offset: Int) -> Self { Self(code: .duplicateName, offset: offset) }

    /// The reason, for whoever sent the text.
    public var description: String {
        switch self.code {
        case .syntax: return "not valid JSON at byte \(self.offset)"
        case .encoding: return "not valid UTF-8 or Unicode at byte \(self.offset)"
        case .depth: return "nested deeper than \(JSONParser.maximumDepth) levels at byte \(self.offset)"
        case .duplicateName: return "an object that has one name twice, at byte \(self.offset)"
        }
    }
}
