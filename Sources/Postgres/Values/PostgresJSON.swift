import Foundation

/// A value that is stored as `json` or `jsonb`.
public struct PostgresJSON<Value: Codable & Sendable>: Sendable {
    /// The value.
    public var value: Value

    /// Wraps a value.
    public init(_ value: Value) {
        self.value = value
    }
}

extension PostgresJSON: PostgresEncodable {
    /// JSON with sorted keys and RFC 3339 dates.
    ///
    /// Fails when sent, if the value's own encoder throws.
    public var postgresBinding: PostgresBinding {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            return .text(String(decoding: try encoder.encode(self.value), as: UTF8.self))
        } catch {
            return .invalid(.encoding("A value cannot be written as JSON.", cause: error))
        }
    }
}

extension PostgresJSON: PostgresDecodable {
    /// `json`.
    public static var postgresTypeName: String { "json" }
    /// Reads JSON; nil if it does not fit the type.
    public static func decode(postgresText bytes: UnsafeBufferPointer<UInt8>) -> PostgresJSON? {
        // Who asks names column and type; the text of a DecodingError would repeat the value.
        (try? decodeJSON(Value.self, from: bytes)).map { PostgresJSON($0) }
    }
}

extension PostgresJSON: Equatable where Value: Equatable {}
extension PostgresJSON: Hashable where Value: Hashable {}

func decodeJSON<Value: Decodable>(_ type: Value.Type, from bytes: UnsafeBufferPointer<UInt8>) throws -> Value {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(type, from: Data(bytes))
}
