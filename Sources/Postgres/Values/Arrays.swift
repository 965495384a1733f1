public import Foundation

/// A type of which Swift arrays can be sent and read: one-dimensional PostgreSQL arrays, or `bytea` for `UInt8`.
public protocol PostgresArrayElement: Sendable {
    /// The array as it is sent.
    static func postgresBinding(of array: [Self]) -> PostgresBinding
    /// What a column must hold.
    static var postgresArrayTypeName: String { get }
    /// Reads the text format of an array; nil if it is something else.
    static func decodeArray(postgresText bytes: UnsafeBufferPointer<UInt8>) -> [Self]?
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The array as it is sent.
    public var postgresBinding: PostgresBinding { Element.postgresBinding(of: self) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// What a column must hold.
    public static var postgresTypeName: String { Element.postgresArrayTypeName }
    /// Reads the text format of an array.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> [Element]? {
        Element.decodeArray(postgresText: bytes)
    }
}

extension UInt8: PostgresArrayElement {
    /// `bytea`, in binary.
    public static func postgresBinding(of array: [UInt8]) -> PostgresBinding { .bytes(array) }
    /// `bytea`.
    public static var postgresArrayTypeName: String { "bytea" }
    /// Reads the hex format.
    public static func decodeArray(postgresText bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? { decodeBytea(bytes) }
}

extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    /// The text format of an array, each element quoted (manual, section 8.15.6).
    public static func postgresBinding(of array: [Self]) -> PostgresBinding {
        var literal = "{"
        for element in array {
            if literal.utf8.count > 1 { literal += "," }
            switch element.postgresBinding.value {
            case .null: literal += "NULL"
            case .text(let text): literal += quotedArrayElement(text)
            case .bytes: return .invalid(.encoding("Arrays of bytea are not supported."))
            case .invalid(let error): return .invalid(error)
            }
        }
        return .text(literal + "}")
    }

    /// The element's type with brackets.
    public static var postgresArrayTypeName: String { Self.postgresTypeName + "[]" }

    /// Reads the text format of a one-dimensional array.
    public static func decodeArray(postgresText bytes: UnsafeBufferPointer<UInt8>) -> [Self]? {
        var parser = ArrayLiteral(bytes)
        var elements: [Self] = []
        while true {
            switch parser.next() {
            case .end: return elements
            case .malformed: return nil
            case .null:
                guard let null = Self.postgresNull else { return nil }
                elements.append(null)
            case .element(let text):
                guard let element = text.withUnsafeBufferPointer(Self.decode(postgresText:)) else { return nil }
                elements.append(element)
            }
        }
    }
}

extension String: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension Date: PostgresArrayElement {}
extension Optional: PostgresArrayElement where Wrapped: PostgresEncodable & PostgresDecodable {}

private func quotedArrayElement(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
}
