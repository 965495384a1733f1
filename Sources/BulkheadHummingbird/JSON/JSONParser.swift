/// Reads one JSON document from bytes, recursively, to a bounded depth.
struct JSONParser {
    static let maximumDepth = 32

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.position == self.bytes.count else { throw .syntax(at: self.position) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw .depth(at: self.position) }
        self.skipSpace()
        switch self.peek {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.position += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if self.take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            self.skipSpace()
            let start = self.position
            guard self.peek == UInt8(ascii: "\"") else { throw .syntax(at: start) }
            let name = try self.string()
            guard names.insert(name).inserted else { throw .duplicateName(at: start) }
            guard self.take(UInt8(ascii: ":")) else { throw .syntax(at: self.position) }
            members.append(.init(name, try self.value(depth: depth + 1)))
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { throw .syntax(at: self.position) }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        self.position += 1
        var items: [JSONValue] = []
        if self.take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            items.append(try self.value(depth: depth + 1))
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "]")) else { throw .syntax(at: self.position) }
        return .array(items)
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = self.position + text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { expected in
            end <= self.bytes.count && self.bytes[self.position..<end].elementsEqual(expected)
        }
        guard matches else { throw .syntax(at: self.position) }
        self.position = end
        return value
    }

    // MARK: Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        self.position += 1
        let start = self.position
        var text: [UInt8] = []
        while let byte = self.peek {
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: self.bytes[start..<self.position])
                self.position += 1
                return try Self.text(text, from: start)
            case UInt8(ascii: "\\"):
                return try self.escapedString(from: start)
            case 0..<0x20:
                throw .syntax(at: self.position)
            default:
                self.position += 1
            }
        }
        throw .syntax(at: self.position)
    }

    /// The slow way, from the first escape on.
    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(self.bytes[start..<self.position])
        while let byte = self.peek {
            switch byte {
            case UInt8(ascii: "\""):
                self.position += 1
                return try Self.text(text, from: start)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(try self.escape()).utf8)
            case 0..<0x20:
                throw .syntax(at: self.position)
            default:
                text.append(byte)
                self.position += 1
            }
        }
        throw .syntax(at: self.position)
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = self.position
        self.position += 1
        guard let byte = self.peek else { throw .syntax(at: start) }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try self.unicodeEscape(from: start)
        default: throw .syntax(at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try self.hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A surrogate: only a high one with a low one behind it means anything (RFC 8259, section 8.2).
        guard (0xD800...0xDBFF).contains(first), self.peek == UInt8(ascii: "\\") else { throw .encoding(at: start) }
        self.position += 1
        guard self.peek == UInt8(ascii: "u") else { throw .encoding(at: start) }
        self.position += 1
        let second = try self.hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw .encoding(at: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .syntax(at: self.position)
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }

    private static func text(_ bytes: [UInt8], from start: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .encoding(at: start) }
        return text
    }

    // MARK: Numbers

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = self.position
        self.advance(over: UInt8(ascii: "-"))
        if !self.advance(over: UInt8(ascii: "0")) { try self.digits() }
        if self.advance(over: UInt8(ascii: ".")) { try self.digits() }
        if self.advance(over: UInt8(ascii: "e")) || self.advance(over: UInt8(ascii: "E")) {
            if !self.advance(over: UInt8(ascii: "+")) { self.advance(over: UInt8(ascii: "-")) }
            try self.digits()
        }
        return .number(String(decoding: self.bytes[start..<self.position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = self.position
        while let byte = self.peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.position += 1 }
        guard self.position > start else { throw .syntax(at: start) }
    }

    // MARK: Bytes

    private var peek: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    @discardableResult
    private mutating func advance(over byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.position += 1
        return true
    }

    /// Takes `byte` if it comes next, after space.
    private mutating func take(_ byte: UInt8) -> Bool {
        self.skipSpace()
        return self.advance(over: byte)
    }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.position += 1 }
    }
}
