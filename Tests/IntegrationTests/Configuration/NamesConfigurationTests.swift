import ACME
import DNS
import DNSProviders
import DNSResolver
import Foundation
import Tenancy
import Testing

@testable import ServerBootstrap

/// What can be said about names of tenants, and what is said about it.
@Suite struct NamesConfigurationTests {
    private static let powerDNS = [
        "BULKHEAD_DNS_PROVIDER=powerdns", "BULKHEAD_DNS_POWERDNS_URL=http://dns.internal:8081",
        "BULKHEAD_DNS_POWERDNS_API_KEY=key-of-powerdns", "BULKHEAD_DNS_TARGETS=192.0.2.1",
    ]
    private static let route53 = [
        "BULKHEAD_DNS_PROVIDER=route53", "BULKHEAD_DNS_ROUTE53_ACCESS_KEY_ID=AKIAEXAMPLE",
        "BULKHEAD_DNS_ROUTE53_SECRET_ACCESS_KEY=secret-of-route53", "BULKHEAD_DNS_TARGETS=192.0.2.1",
    ]
    private static let cloudflare = [
        "BULKHEAD_DNS_PROVIDER=cloudflare", "BULKHEAD_DNS_CLOUDFLARE_TOKEN=token-of-cloudflare",
        "BULKHEAD_DNS_TARGETS=192.0.2.1",
    ]

    @Test func nothingIsKeptUnlessSomebodySaysSo() throws {
        let configuration = try ConfigurationTrial().configuration()
        guard case .none = configuration.dns.way else { throw Other() }
        #expect(configuration.dns.quarantine == NameQuarantine(days: 90) && configuration.certificate == nil)
        let local = try ConfigurationTrial("BULKHEAD_BASE_DOMAIN=localhost").configuration()
        guard case .wildcard = local.dns.way else { throw Other() }
    }

    @Test func aZoneHasDefaults() throws {
        let zone = try Self.zone(ConfigurationTrial(Self.powerDNS))
        #expect(zone.zone == DomainName("saas.test") && zone.base == zone.zone && zone.ttl == 300)
        #expect(zone.registry == nil && zone.removalLimit == 0.1)
        #expect(zone.interval == .seconds(300) && zone.propagation == .seconds(120))
        #expect(zone.resolver.authorities.isEmpty && zone.resolver.resolvers.isEmpty)
        guard case .powerDNS(let service) = zone.service else { throw Other() }
        #expect(service.server == "localhost" && service.timeout == .seconds(10))
        #expect(service.apiKey == "key-of-powerdns" && service.url.absoluteString == "http://dns.internal:8081")
        guard case .route53(let amazon) = try Self.zone(ConfigurationTrial(Self.route53)).service else { throw Other() }
        #expect(amazon.accessKeyID == "AKIAEXAMPLE" && amazon.hostedZoneID == nil && amazon.sessionToken == nil)
        guard case .cloudflare(let network) = try Self.zone(ConfigurationTrial(Self.cloudflare)).service else {
            throw Other()
        }
        #expect(!network.proxied && network.zoneID == nil && network.apiToken == "token-of-cloudflare")
    }

    @Test func listsAndNumbersMayStandInAFile() throws {
        let yaml = """
            baseDomain: apps.saas.test
            names:
              quarantineDays: 30
            dns:
              provider: powerdns
              powerdnsUrl: http://dns.internal:8081
              powerdnsApiKey: key
              zone: saas.test
              targets: [192.0.2.1, "2001:db8::1"]
              nameServers: [192.0.2.53, "[2001:db8::53]:5300"]
              resolvers: 192.0.2.54, 192.0.2.55:5353
              ttl: 60
              removalLimit: 0.25
              reconcileSeconds: 30
              propagationSeconds: 45
              timeoutSeconds: 2.5
              registry: prod-1
            """
        // The file stands below the variables, and these name another domain.
        let trial = ConfigurationTrial("BULKHEAD_BASE_DOMAIN=", yaml: yaml)
        let zone = try Self.zone(trial)
        #expect(zone.zone == DomainName("saas.test") && zone.base == DomainName("apps.saas.test"))
        #expect("\(zone.targets)" == "192.0.2.1, 2001:db8::1" && zone.ttl == 60 && zone.registry == "prod-1")
        #expect(zone.resolver.authorities.map(\.description) == ["192.0.2.53:53", "[2001:db8::53]:5300"])
        #expect(zone.resolver.resolvers.map(\.description) == ["192.0.2.54:53", "192.0.2.55:5353"])
        #expect(zone.removalLimit == 0.25 && zone.interval == .seconds(30) && zone.propagation == .seconds(45))
        guard case .powerDNS(let service) = zone.service else { throw Other() }
        #expect(service.timeout == .milliseconds(2500))
        #expect(try trial.configuration().dns.quarantine == NameQuarantine(days: 30))
        #expect(try trial.shown(.dnsTargets) == "192.0.2.1,2001:db8::1")
    }

    @Test(
        arguments: [
            "NAMES_QUARANTINE_DAYS=-1", "NAMES_QUARANTINE_DAYS=3651", "DNS_PROVIDER=bind", "DNS_ZONE=other.test",
            "DNS_ZONE=apps.saas.test", "DNS_TARGETS=192.0.2.1,host.test", "DNS_TARGETS=a,b", "DNS_TTL=0",
            "DNS_TTL=86401", "DNS_TTL=5m", "DNS_REGISTRY=a b", "DNS_REMOVAL_LIMIT=1.1", "DNS_REMOVAL_LIMIT=10%",
            "DNS_RECONCILE_SECONDS=0", "DNS_PROPAGATION_SECONDS=3601", "DNS_NAME_SERVERS=192.0.2.1:0",
            "DNS_RESOLVERS=192.0.2.1,", "DNS_RESOLVERS=a b", "DNS_TIMEOUT_SECONDS=0.01",
            "DNS_ROUTE53_ACCESS_KEY_ID=a b", "DNS_ROUTE53_ENDPOINT=ftp://x", "DNS_CLOUDFLARE_PROXIED=perhaps",
            "DNS_POWERDNS_URL=dns.internal:8081", "DNS_POWERDNS_SERVER=a b",
        ])
    func aWrongValueIsAnsweredWithTheRule(assignment: String) throws {
        let problems = try ConfigurationTrial(Self.powerDNS + ["BULKHEAD_\(assignment)"]).problems()
        if assignment.hasSuffix(",") { return #expect(problems.isEmpty, "a comma too many says nothing") }
        let name = "BULKHEAD_\(assignment.prefix { $0 != "=" })"
        let setting = try #require(Setting.allCases.first { $0.variable == name })
        #expect(problems == ["\(name) must be \(setting.rule)"])
    }

    @Test(
        arguments: [
            ("route53", ["DNS_ROUTE53_ACCESS_KEY_ID", "DNS_ROUTE53_SECRET_ACCESS_KEY"]),
            ("cloudflare", ["DNS_CLOUDFLARE_TOKEN"]), ("powerdns", ["DNS_POWERDNS_URL", "DNS_POWERDNS_API_KEY"]),
        ])
    func whatAProviderNeedsIsNamed(provider: String, names: [String]) throws {
        let problems = try ConfigurationTrial("BULKHEAD_DNS_PROVIDER=\(provider)").problems()
        for name in names { #expect(problems.contains { $0.hasPrefix("BULKHEAD_\(name) is missing; it must be ") }) }
        #expect(problems.count == names.count, "\(problems)")
        let targets = try ConfigurationTrial(Self.powerDNS.dropLast()).problems()
        #expect(targets == ["BULKHEAD_DNS_TARGETS is missing; it must be \(Setting.dnsTargets.rule)"])
    }

    @Test(
        arguments: [("59", "false", false), ("60", "false", true), ("299", "true", false), ("300", "true", true)])
    func cloudflareTakesNoShorterTimeToLive(ttl: String, proxied: String, isTaken: Bool) throws {
        let problems = try ConfigurationTrial(
            Self.cloudflare + ["BULKHEAD_DNS_TTL=\(ttl)", "BULKHEAD_DNS_CLOUDFLARE_PROXIED=\(proxied)"]
        ).problems()
        #expect(problems == (isTaken ? [] : ["BULKHEAD_DNS_TTL must be \(Setting.dnsTTL.rule)"]))
    }

    @Test func noSecretIsShown() throws {
        let assignments =
            Self.powerDNS + Self.route53 + Self.cloudflare + [
                "BULKHEAD_DNS_ROUTE53_SESSION_TOKEN=session-of-route53",
                "BULKHEAD_DNS_POWERDNS_URL=http://admin:password-in-url@dns.internal:8081",
            ]
        let everything = try ConfigurationTrial(assignments).everything()
        let secrets = [
            "secret-of-route53", "session-of-route53", "token-of-cloudflare", "key-of-powerdns", "password-in-url",
        ]
        for secret in secrets { #expect(!everything.contains(secret)) }
        #expect(everything.contains("dns.route53AccessKeyId=AKIAEXAMPLE"))
        // Nor one that is wrong.
        let wrong = ConfigurationTrial(
            "BULKHEAD_DNS_CLOUDFLARE_TOKEN=two words", "BULKHEAD_DNS_POWERDNS_URL=secret-nonsense",
            "BULKHEAD_DNS_ROUTE53_SECRET_ACCESS_KEY=a b")
        let error = try #require(throws: ConfigurationError.self) { try wrong.configuration() }
        #expect(error.problems.map(\.value) == ["(hidden)", "(hidden)", "(hidden)"])
    }

    private struct Other: Error {}

    private static func zone(_ trial: ConfigurationTrial) throws -> ZoneConfiguration {
        guard case .records(let zone) = try trial.configuration().dns.way else { throw Other() }
        return zone
    }
}
