import Foundation

/// How tenants are made, and how durable work is shared out.
public struct ProvisioningConfiguration: Sendable, Hashable {
    /// How many tenants are made at a time: one for every two processors, so that the others are served meanwhile.
    public var concurrency = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
    /// How many tenants are begun a second at most; nil for no limit.
    public var perSecond: Double? = Self.standardRate
    /// How many schemas are kept ready; 0 switches the pool off.
    public var warmPool = 0
    /// For how long a worker takes a piece of work.
    public var lease = Duration.seconds(15)

    /// One a second for every processor of this machine.
    ///
    /// Making a tenant keeps a processor busy for a tenth of a second, most of it in the database; at this rate the
    /// requests of others take hardly longer (docs/evidence.md).
    public static let standardRate = Double(max(1, ProcessInfo.processInfo.activeProcessorCount))

    /// The standard.
    public init() {}
}
