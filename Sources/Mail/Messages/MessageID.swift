public import Foundation

/// The identity of a mail (RFC 5322, section 3.6.4): the same for all attempts to deliver it, so that whoever gets it
/// twice can tell.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// The identity with its angle brackets, as it stands in the header: `<uuid@domain>`.
    public let description: String

    /// Makes the identity of the mail that has this number.
    ///
    /// - Parameters:
    ///   - uuid: The number of the mail, kept by whoever sends it again.
    ///   - domain: A domain of the sender's.
    /// - Throws: ``MailError`` with code `invalidMessageID`.
    public init(uuid: UUID, domain: String) throws(MailError) {
        guard AddressSyntax.isDomain(domain.utf8) else {
            throw MailError(.invalidMessageID, "The domain of a Message-ID must look like example.com.")
        }
        self.description = "<\(uuid.uuidString.lowercased())@\(domain.lowercased())>"
    }

    /// Reads an identity with its angle brackets.
    ///
    /// - Throws: ``MailError`` with code `invalidMessageID`.
    public init(parsing text: String) throws(MailError) {
        guard text.utf8.first == UInt8(ascii: "<"), text.utf8.last == UInt8(ascii: ">"),
            AddressSyntax.isAddress(String(text.dropFirst().dropLast()))
        else { throw MailError(.invalidMessageID, "A Message-ID must look like <name@example.com>.") }
        self.description = text
    }

    /// What stands before the `@`.
    public var left: String { String(self.description.dropFirst().prefix { $0 != "@" }) }
}

extension MessageID: Codable {
    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
