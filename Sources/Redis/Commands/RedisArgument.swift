/// One argument of a command: a string of bytes, whatever it was made of.
public enum RedisArgument: Sendable, Hashable {
    /// A text, sent as UTF-8.
    case text(String)
    /// Bytes as they are.
    case bytes([UInt8])
    /// A number, sent in decimal.
    case integer(Int64)
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
}
