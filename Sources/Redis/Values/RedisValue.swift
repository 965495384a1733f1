/// A reply, or a part of one.
///
/// Connections speak RESP2, which is what hiredis' reader understands in every version from 0.14 on.
public enum RedisValue: Sendable, Hashable {
    /// A simple string, such as `OK`.
    case status(String)
    /// A bulk string.
    case bytes([UInt8])
    /// An integer.
    case integer(Int64)
    /// The null bulk string or the null array.
    case null
    /// An array.
    case array([RedisValue])
    /// An error inside an array; an error that is the whole reply is thrown.
    case error(RedisServerError)
}

extension RedisValue {
    /// Whether it is the null value.
    public var isNull: Bool { self == .null }

    /// The bytes of a bulk string or of a status; nil for anything else.
    public var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: nil
        }
    }

    /// A bulk string or a status as text, with invalid UTF-8 repaired; nil for anything else.
    public var text: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// An integer, or the number that a string holds; nil for anything else.
    public var integer: Int64? {
        if case .integer(let number) = self { return number }
        return self.text.flatMap { Int64($0) }
    }

    /// The elements of an array; nil for anything else.
    public var array: [RedisValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }
}
