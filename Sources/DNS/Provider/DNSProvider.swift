/// A service that keeps zones: lists what is there, and changes it.
///
/// Nothing is remembered between calls, and every call may be repeated: after an answer that was lost, and after a
/// process that died in between.
public protocol DNSProvider: Sendable {
    /// What people call it: `PowerDNS`, `Route 53`.
    var name: String { get }
    /// What it can do.
    var support: DNSSupport { get }

    /// The record sets of a zone whose kinds we keep, all pages of them.
    ///
    /// - Parameter names: those that matter; nil is all. A provider may give more.
    /// - Throws: ``DNSProviderError``.
    func records(in zone: DomainName, at names: Set<DomainName>?) async throws -> [RecordSet]

    /// Makes changes, in order, together if ``DNSSupport/appliesTogether``.
    ///
    /// A record that is as a change wants it already is no error; one that is neither that nor what the change expects
    /// is ``DNSProviderError/Kind/conflict``, and is left as it is.
    ///
    /// - Returns: when the change is known to have reached the provider's own servers; see ``settled(_:in:)``.
    /// - Throws: ``DNSProviderError``.
    func apply(_ changes: [RecordChange], to zone: DomainName) async throws -> ChangeReceipt

    /// Whether a change has reached all servers of the provider.
    ///
    /// - Throws: ``DNSProviderError``.
    func settled(_ receipt: ChangeReceipt, in zone: DomainName) async throws -> Bool
}

/// What a provider can do.
public struct DNSSupport: Sendable, Hashable {
    /// The kinds of records.
    public var types: Set<RecordType>
    /// The shortest time to live, in seconds.
    public var minimumTTL: Int
    /// Whether changes of one call happen together or not at all.
    public var appliesTogether: Bool
    /// How many changes one call may have.
    public var maximumChanges: Int

    /// What a provider can do.
    public init(
        types: Set<RecordType> = Set(RecordType.allCases), minimumTTL: Int = 0, appliesTogether: Bool = false,
        maximumChanges: Int = 100
    ) {
        self.types = types
        self.minimumTTL = minimumTTL
        self.appliesTogether = appliesTogether
        self.maximumChanges = maximumChanges
    }
}

/// What a provider gives for a change, to be asked about later.
public struct ChangeReceipt: Sendable, Hashable, Codable {
    /// The provider's own name for the change; nil if the answer meant that it is done.
    public var id: String?

    /// A receipt.
    public init(id: String? = nil) { self.id = id }
}
