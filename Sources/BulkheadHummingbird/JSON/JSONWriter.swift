public import Foundation

/// Something that knows its JSON form.
public protocol JSONWritable {
    /// Writes exactly one value.
    func write(to json: inout JSONWriter)
}

/// Writes JSON into bytes, without intermediate trees.
///
/// Lists are what a server of this kind writes all day, and going through `Encodable` costs more than reading the rows
/// from the database. The writer places the commas; that objects have their values in pairs is the caller's duty.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty document, with room for `capacity` bytes.
    public init(capacity: Int = 512) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members `members` writes.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        self.open(UInt8(ascii: "{"))
        members(&self)
        self.close(UInt8(ascii: "}"))
    }

    /// Writes an array whose elements `elements` writes.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        self.open(UInt8(ascii: "["))
        elements(&self)
        self.close(UInt8(ascii: "]"))
    }

    /// Writes the name of a member, which may hold nothing that JSON escapes; its value must follow.
    public mutating func name(_ name: StaticString) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes the name of a member, whatever it holds; its value must follow.
    public mutating func name(escaping name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes a member that is a string, or `null`.
    public mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { self.string(value) } else { self.null() }
    }

    /// Writes a member that is a number.
    public mutating func member(_ name: StaticString, _ value: Int) {
        self.name(name)
        self.integer(value)
    }

    /// Writes a member that is `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.bool(value)
    }

    /// Writes a member that is a UUID, lower-case.
    public mutating func member(_ name: StaticString, _ value: UUID) {
        self.name(name)
        self.uuid(value)
    }

    /// Writes a member that is a time; see ``Timestamp``.
    public mutating func member(_ name: StaticString, _ value: Date) {
        self.name(name)
        self.quoted { Timestamp.append(value, to: &$0) }
    }

    /// Writes a member that is any value.
    public mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        self.name(name)
        value.write(to: &self)
    }

    /// Writes a string.
    public mutating func string(_ value: String) {
        self.quoted { bytes in
            var value = value
            value.withUTF8 { Self.append($0, to: &bytes) }
        }
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int) {
        self.separate()
        self.bytes.append(contentsOf: String(value).utf8)
        self.needsComma = true
    }

    /// Writes a number; `null` for what JSON has no number for: infinities and NaN.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return self.null() }
        self.separate()
        self.bytes.append(contentsOf: "\(value)".utf8)
        self.needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        self.separate()
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
        self.needsComma = true
    }

    /// Writes `null`.
    public mutating func null() {
        self.separate()
        self.bytes.append(contentsOf: "null".utf8)
        self.needsComma = true
    }

    /// Writes a UUID as a string, in the lower-case form of RFC 9562.
    public mutating func uuid(_ value: UUID) {
        self.quoted { bytes in
            withUnsafeBytes(of: value.uuid) { octets in
                for index in octets.indices {
                    if index == 4 || index == 6 || index == 8 || index == 10 { bytes.append(UInt8(ascii: "-")) }
                    bytes.append(Self.hexadecimal(octets[index] >> 4))
                    bytes.append(Self.hexadecimal(octets[index] & 0xF))
                }
            }
        }
    }

    private mutating func quoted(_ body: (inout [UInt8]) -> Void) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        body(&self.bytes)
        self.bytes.append(UInt8(ascii: "\""))
        self.needsComma = true
    }

    private mutating func open(_ byte: UInt8) {
        self.separate()
        self.bytes.append(byte)
        self.needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        self.bytes.append(byte)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        func isPlain(_ byte: UInt8) -> Bool {
            byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
        }
        guard !text.allSatisfy(isPlain) else { return bytes.append(contentsOf: text) }
        for byte in text {
            if isPlain(byte) {
                bytes.append(byte)
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.hexadecimal(byte >> 4))
                bytes.append(Self.hexadecimal(byte & 0xF))
            }
        }
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
