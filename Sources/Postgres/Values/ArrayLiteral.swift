/// Splits the text format of a one-dimensional array (PostgreSQL manual, section 8.15.6) into its elements.
struct ArrayLiteral {
    enum Token: Equatable {
        case element([UInt8])
        case null
        case end
        case malformed
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var isFirst = true

    /// The bytes must outlive the value.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func next() -> Token {
        if self.isFirst {
            self.isFirst = false
            guard self.take(UInt8(ascii: "{")) else { return .malformed }
            if self.take(UInt8(ascii: "}")) { return self.position == self.bytes.count ? .end : .malformed }
            return self.element()
        }
        if self.take(UInt8(ascii: "}")) { return self.position == self.bytes.count ? .end : .malformed }
        return self.take(UInt8(ascii: ",")) ? self.element() : .malformed
    }

    private mutating func take(_ character: UInt8) -> Bool {
        guard self.position < self.bytes.count, self.bytes[self.position] == character else { return false }
        self.position += 1
        return true
    }

    private mutating func element() -> Token {
        self.take(UInt8(ascii: "\"")) ? self.quotedElement() : self.bareElement()
    }

    private mutating func quotedElement() -> Token {
        var text: [UInt8] = []
        while self.position < self.bytes.count {
            var character = self.bytes[self.position]
            self.position += 1
            if character == UInt8(ascii: "\"") { return .element(text) }
            if character == UInt8(ascii: "\\") {
                guard self.position < self.bytes.count else { return .malformed }
                character = self.bytes[self.position]
                self.position += 1
            }
            text.append(character)
        }
        return .malformed
    }

    private mutating func bareElement() -> Token {
        let start = self.position
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"):
                guard self.position > start else { return .malformed }
                let text = Array(self.bytes[start..<self.position])
                return text.elementsEqual("NULL".utf8) ? .null : .element(text)
            case UInt8(ascii: "{"), UInt8(ascii: "\""): return .malformed
            default: self.position += 1
            }
        }
        return .malformed
    }
}
