public import Foundation

/// Names a kind of workflow: `tenant.provision`.
///
/// Stored with every run; never changes once released.
public struct WorkflowName: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name.
    public let rawValue: String

    /// Takes a name as it is.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes a literal.
    public init(stringLiteral value: String) { self.rawValue = value }
    /// The name.
    public var description: String { self.rawValue }
}

/// Names one step of a workflow: `firstAdministrator`.
///
/// Stored with every run and shown to people; never changes once released.
public struct StepName: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name.
    public let rawValue: String

    /// Takes a name as it is.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Takes a literal.
    public init(stringLiteral value: String) { self.rawValue = value }
    /// The name.
    public var description: String { self.rawValue }
}

/// Identifies one run of a workflow.
public struct RunID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The identifier.
    public let uuid: UUID

    /// Takes an identifier as it is.
    public init(_ uuid: UUID) { self.uuid = uuid }
    /// A new identifier.
    public static func random() -> RunID { RunID(UUID()) }
    /// Lower-case hexadecimal with hyphens.
    public var description: String { self.uuid.uuidString.lowercased() }

    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws { self.uuid = try UUID(from: decoder) }
    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws { try self.description.encode(to: encoder) }
}
