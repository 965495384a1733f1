/// A JSON object (RFC 8259) whose values are plain strings and whole numbers, read so strictly that two readers cannot
/// disagree about it.
///
/// Foundation's decoder lets a member name occur twice and takes one of the two; another reader takes the other
/// (RFC 8725, section 2.4; RFC 8259, section 4). Nothing in a token of ours needs more than printable ASCII without
/// escapes and integers without sign, so nothing else is understood: no `\u0061`, no `1e3`, no arrays, no objects.
struct FlatJSONObject: Sendable, Equatable {
    /// A value of a member.
    enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
    }

    /// The members by name.
    let members: [String: Value]

    /// Reads all of `bytes`; nil if they are anything but one such object.
    init?(_ bytes: [UInt8]) {
        var scanner = Scanner(bytes: bytes)
        guard let members = scanner.object() else { return nil }
        self.members = members
    }

    /// The text of a member; nil if there is none or it is a number.
    func text(_ name: String) -> String? {
        guard case .text(let text) = self.members[name] else { return nil }
        return text
    }

    /// The number of a member; nil if there is none or it is a text.
    func integer(_ name: String) -> Int? {
        guard case .integer(let integer) = self.members[name] else { return nil }
        return integer
    }

    /// Whether `text` can be a value here without an escape.
    static func canHold(_ text: String) -> Bool {
        text.utf8.allSatisfy(Scanner.isPlain)
    }
}

extension FlatJSONObject {
    /// Walks over the bytes once, from left to right.
    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        /// More digits than any second of this era, and far fewer than overflow.
        static let digitLimit = 15

        static func isPlain(_ byte: UInt8) -> Bool {
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }

        var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

        mutating func object() -> [String: Value]? {
            guard self.take("{") else { return nil }
            var members: [String: Value] = [:]
            if !self.take("}") {
                repeat {
                    guard let name = self.string(), self.take(":"), let value = self.value(),
                        members.updateValue(value, forKey: name) == nil
                    else { return nil }
                } while self.take(",")
                guard self.take("}") else { return nil }
            }
            self.skipSpace()
            return self.current == nil ? members : nil
        }

        private mutating func value() -> Value? {
            self.skipSpace()
            if self.current == UInt8(ascii: "\"") { return self.string().map(Value.text) }
            return self.number().map(Value.integer)
        }

        private mutating func string() -> String? {
            guard self.take("\"") else { return nil }
            let start = self.position
            while let byte = self.current, Self.isPlain(byte) { self.position += 1 }
            guard self.current == UInt8(ascii: "\"") else { return nil }
            let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
            self.position += 1
            return text
        }

        private mutating func number() -> Int? {
            let start = self.position
            while let byte = self.current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.position += 1 }
            let digits = self.bytes[start..<self.position]
            guard (1...Self.digitLimit).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0")
            else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            self.skipSpace()
            guard self.current == UInt8(ascii: character) else { return false }
            self.position += 1
            return true
        }

        private mutating func skipSpace() {
            while let byte = self.current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                self.position += 1
            }
        }
    }
}
