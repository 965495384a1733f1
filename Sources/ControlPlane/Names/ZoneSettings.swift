public import DNS
import Tenancy

/// Where tenants' names are, and what they say.
public struct ZoneSettings: Sendable {
    /// The zone; the base domain or one above it.
    public var zone: DomainName
    /// The domain under which tenants' names lie.
    public var base: DomainName
    /// Where they point to.
    public var targets: RecordTargets
    /// For how many seconds resolvers may remember them.
    public var ttl: Int
    /// Whose marks are ours.
    public var registry: String
    /// Which share of our names a plan may remove, from 0 to 1.
    public var removalLimit: Double
    /// Whether the provider answers with addresses of its own, so that what is seen is not what was written.
    public var isProxied: Bool

    /// Settings.
    ///
    /// - Throws: ``ZoneSettingsError`` if the base domain is not in the zone, or the registry cannot be one.
    public init(
        zone: DomainName, base: DomainName, targets: RecordTargets, ttl: Int = 300, registry: String,
        removalLimit: Double = 0.1, isProxied: Bool = false
    ) throws(ZoneSettingsError) {
        guard base.isWithin(zone) else { throw .baseOutsideOfZone(base, zone) }
        guard OwnershipMark(registry: registry, subject: "x") != nil else { throw .registry(registry) }
        self.zone = zone
        self.base = base
        self.targets = targets
        self.ttl = ttl
        self.registry = registry
        self.removalLimit = removalLimit
        self.isProxied = isProxied
    }

    /// Names right below the base domain that are no tenants'.
    var namesOfOurOwn: Set<DomainName> { Set([self.base.below("admin")].compactMap { $0 }) }

    /// The name of a tenant; nil if it would be too long for the DNS.
    func host(_ subdomain: Subdomain) -> DomainName? { self.base.below(subdomain.description) }

    /// What the zone is to hold for a tenant's name; nothing if it is to go, or cannot be.
    func records(for name: TenantName) throws -> [DesiredRecord] {
        guard name.isWanted, let host = self.host(name.subdomain) else { return [] }
        return try self.targets.records(at: host, ttl: self.ttl).map {
            DesiredRecord($0, for: name.tenant.description)
        }
    }
}

/// What is wrong with settings of a zone.
public enum ZoneSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Tenants' names would not lie in the zone.
    case baseOutsideOfZone(DomainName, DomainName)
    /// The registry cannot be written into a mark.
    case registry(String)

    /// What is wrong.
    public var description: String {
        switch self {
        case .baseOutsideOfZone(let base, let zone): "the base domain \(base) does not lie in the zone \(zone)"
        case .registry(let name):
            "the registry '\(name)' must be 1 to 100 letters, digits, dots, hyphens or underscores"
        }
    }
}
