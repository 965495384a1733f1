public import Foundation

/// A UUID that knows what it identifies, so that a client's id cannot be passed where a tenant's is wanted.
///
/// Its text form, in JSON, SQL and logs alike, is the lower-case form of RFC 9562.
public struct Identifier<Kind>: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The bare value.
    public let uuid: UUID

    /// Wraps a UUID that is known to be of this kind.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the text form, in either case; nil if `text` is no UUID.
    public init?(_ text: some StringProtocol) {
        // Foundation alone would read on behind a NUL.
        guard text.utf8.count == 36, let uuid = UUID(uuidString: String(text)) else { return nil }
        self.uuid = uuid
    }

    /// A new identifier from the system's random generator.
    public static func random() -> Self {
        Self(UUID())
    }

    /// The 36 characters of the text form, lower-case.
    public var description: String {
        Hexadecimal.text(self.uuid)
    }

    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let identifier = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self = identifier
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
