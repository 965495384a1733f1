public import Foundation

/// Reads an optional sign and decimal digits; nil for anything else or out of range.
func parseInteger<Value: FixedWidthInteger>(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
    guard !bytes.isEmpty else { return nil }
    let isNegative = bytes[0] == UInt8(ascii: "-")
    var position = isNegative || bytes[0] == UInt8(ascii: "+") ? 1 : 0
    guard position < bytes.count else { return nil }
    var value: Value = 0
    while position < bytes.count {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) =
            isNegative
            ? product.subtractingReportingOverflow(Value(digit)) : product.addingReportingOverflow(Value(digit))
        guard !overflow, !carry else { return nil }
        value = sum
        position += 1
    }
    return value
}

extension PostgresEncodable where Self: FixedWidthInteger {
    /// Decimal digits.
    public var postgresBinding: PostgresBinding { .text(String(self)) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// A whole number.
    public static var postgresTypeName: String { "integer" }
    /// Reads decimal digits; nil if out of range.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Self? { parseInteger(bytes) }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int16: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}
extension UInt32: PostgresEncodable, PostgresDecodable {}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `t` or `f`.
    public var postgresBinding: PostgresBinding { .text(self ? "t" : "f") }
    /// `boolean`.
    public static var postgresTypeName: String { "boolean" }
    /// Reads `t` or `f`, and the words that expressions such as `x::text` make of them.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Bool? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "t", "true": true
        case "f", "false": false
        default: nil
        }
    }
}

extension PostgresDecodable where Self: LosslessStringConvertible & BinaryFloatingPoint {
    /// A floating-point number.
    public static var postgresTypeName: String { "double precision" }
    /// Reads a number, `NaN`, `Infinity` or `-Infinity`.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Self? {
        Self(String(decoding: bytes, as: UTF8.self))
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    /// The shortest text that reads back as the same number.
    public var postgresBinding: PostgresBinding { .text(floatingPointText(self)) }
}

extension Float: PostgresEncodable, PostgresDecodable {
    /// The shortest text that reads back as the same number.
    public var postgresBinding: PostgresBinding { .text(floatingPointText(self)) }
}

/// PostgreSQL writes out what Swift abbreviates to `inf`.
private func floatingPointText<Value: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Value) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value.description
}

extension Decimal: PostgresEncodable, PostgresDecodable {
    /// Decimal digits, with a point whatever the locale.
    public var postgresBinding: PostgresBinding { .text(self.isNaN ? "NaN" : self.description) }
    /// `numeric`.
    public static var postgresTypeName: String { "numeric" }
    /// Reads decimal digits; nil for `Infinity`, and for what is longer than 38 digits.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> Decimal? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "NaN" { return .nan }
        guard
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 || $0 == 46 || $0 == 43 || $0 == 101 || $0 == 69 }
            )
        else { return nil }
        guard text.utf8.count(where: { (48...57).contains($0) }) <= 38 else { return nil }
        return Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }
}
