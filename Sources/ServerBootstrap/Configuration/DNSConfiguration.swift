public import DNS
import DNSProviders
import DNSResolver
public import Tenancy

/// How tenants' names come into the DNS.
public struct DNSConfiguration: Sendable {
    /// Who keeps the zone.
    public enum Way: Sendable {
        /// Nobody; names are somebody else's business.
        case none
        /// A wildcard that is there.
        case wildcard
        /// One record a tenant.
        case records(ZoneConfiguration)
    }

    /// Who keeps the zone.
    public var way = Way.none
    /// For how long nobody gets the name of a tenant that is gone.
    public var quarantine = NameQuarantine.standard
}

/// A zone with one record a tenant.
public struct ZoneConfiguration: Sendable {
    var service: DNSService
    /// The zone.
    public var zone: DomainName
    /// The base domain as a name of the DNS.
    public var base: DomainName
    /// Where names point to.
    public var targets: RecordTargets
    /// In seconds.
    public var ttl: Int
    /// Whose marks are ours; nil is the installation's own id.
    public var registry: String?
    /// Which share of our names one plan may remove, from 0 to 1.
    public var removalLimit: Double
    /// How often the whole zone is looked at.
    public var interval: Duration
    /// For how long an attempt waits until a change has reached all name servers.
    public var propagation: Duration
    var resolver: AresConfiguration
}

/// A service that keeps zones, and as whom it is asked.
enum DNSService: Sendable {
    case route53(Route53Provider.Configuration)
    case cloudflare(CloudflareProvider.Configuration)
    case powerDNS(PowerDNSProvider.Configuration)
}

/// The services that are configured, by what they are for.
struct DNSServices: Sendable {
    /// What people call a service in a configuration.
    enum Name: String {
        case none, wildcard, route53, cloudflare, powerdns

        var hasAPI: Bool { self != .none && self != .wildcard }
    }

    /// Who keeps tenants' names; nil if what is said is wrong.
    let provider: Name?
    /// For tenants' names; nil if they are not made one by one.
    let names: DNSService?
    /// For the proofs that a certificate authority asks for.
    let proofs: DNSService?
    /// Who is asked for the zone's name servers; nil if what is said is wrong.
    let resolvers: [NameServerEndpoint]?
}
