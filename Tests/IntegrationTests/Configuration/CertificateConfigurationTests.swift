import ACME
import ControlPlane
import Foundation
import Tenancy
import Testing

@testable import ServerBootstrap

/// What can be said about HTTPS, and what is said about it.
@Suite struct CertificateConfigurationTests {
    private static let files = [
        "BULKHEAD_TLS_SOURCE=files", "BULKHEAD_TLS_CERTIFICATE_FILE=/etc/chain.pem",
        "BULKHEAD_TLS_KEY_FILE=/etc/key.pem",
    ]
    private static let acme = [
        "BULKHEAD_TLS_SOURCE=acme", "BULKHEAD_ACME_EMAIL=ops@saas.test", "BULKHEAD_ACME_DNS_PROVIDER=cloudflare",
        "BULKHEAD_DNS_CLOUDFLARE_TOKEN=token-of-cloudflare",
    ]

    @Test func filesHaveDefaultsAndMakeLinksSecure() throws {
        let configuration = try ConfigurationTrial(Self.files + ["BULKHEAD_HTTP_PORT=8443"]).configuration()
        let certificate = try #require(configuration.certificate)
        guard case .files(let chain, let key) = certificate.source else { throw Other() }
        #expect(chain.path == "/etc/chain.pem" && key.path == "/etc/key.pem")
        #expect(certificate.hsts == 31_536_000 && certificate.redirectPort == nil)
        #expect(certificate.probe == nil && certificate.authorities == nil)
        // Nobody is in front of this listener: links name its own port.
        #expect(configuration.publicScheme == "https" && configuration.publicPort == nil)
        #expect(configuration.urls.url(of: try #require(Subdomain(stored: "acme"))) == "https://acme.saas.test:8443")
        let behind = try ConfigurationTrial().configuration()
        #expect(behind.publicScheme == "https" && behind.publicPort == 443)
    }

    @Test func developmentTellsBrowsersNothing() throws {
        let local = try ConfigurationTrial("BULKHEAD_BASE_DOMAIN=localhost").configuration()
        #expect(local.publicScheme == "http" && local.certificate == nil)
        for base in ["localhost", "dev.example"] {
            let secure = try ConfigurationTrial("BULKHEAD_BASE_DOMAIN=\(base)", "BULKHEAD_TLS_SOURCE=development")
                .configuration()
            #expect(secure.publicScheme == "https" && secure.certificate?.hsts == 0)
            guard case .development(let folder)? = secure.certificate?.source else { throw Other() }
            #expect(folder.lastPathComponent == "tls")
        }
        let local2 = try ConfigurationTrial(Self.files + ["BULKHEAD_BASE_DOMAIN=localhost"]).configuration()
        #expect(local2.certificate?.hsts == 0)
    }

    @Test func certificatesByACMEHaveDefaults() throws {
        let configuration = try ConfigurationTrial(Self.acme).configuration()
        guard case .acme(let settings)? = configuration.certificate?.source else { throw Other() }
        #expect(settings.directory == ACMEConfiguration.letsEncrypt && settings.email == "ops@saas.test")
        #expect(settings.folder.lastPathComponent == "acme" && settings.authorities == nil)
        #expect(!settings.skipsCheck && settings.timeLimit == .seconds(300) && settings.resolvers.isEmpty)
        let issuer = try #require(try configuration.issuer())
        #expect(issuer.names == ["*.saas.test", "saas.test"] && issuer.challenge.provider == "Cloudflare")
        // Names may be somebody else's business.
        guard case .none = configuration.dns.way else { throw Other() }
        #expect(try ConfigurationTrial(Self.files).configuration().issuer() == nil)
    }

    @Test func proofsArePublishedWhereNamesAreUnlessSomebodySaysOtherwise() throws {
        let names = [
            "BULKHEAD_DNS_PROVIDER=powerdns", "BULKHEAD_DNS_POWERDNS_URL=http://dns:8081",
            "BULKHEAD_DNS_POWERDNS_API_KEY=key", "BULKHEAD_DNS_TARGETS=192.0.2.1",
            "BULKHEAD_DNS_RESOLVERS=192.0.2.53,192.0.2.54:5353",
        ]
        let same = try ConfigurationTrial(
            names + ["BULKHEAD_TLS_SOURCE=acme", "BULKHEAD_ACME_EMAIL=ops@saas.test"]
        ).configuration()
        #expect(try same.issuer()?.challenge.provider == "PowerDNS")
        #expect(try same.issuer()?.propagation.resolvers == ["192.0.2.53:53", "192.0.2.54:5353"])
        let other = try ConfigurationTrial(names + Self.acme).configuration()
        #expect(try other.issuer()?.challenge.provider == "Cloudflare")
        let alone = try ConfigurationTrial(Self.acme + ["BULKHEAD_DNS_RESOLVERS=192.0.2.53"]).configuration()
        #expect(try alone.issuer()?.propagation.resolvers == ["192.0.2.53:53"])
    }

    @Test(
        arguments: [
            "TLS_SOURCE=letsencrypt", "TLS_HSTS_SECONDS=-1", "TLS_HSTS_SECONDS=63072001", "TLS_REDIRECT_PORT=65536",
            "TLS_PROBE=127.0.0.1", "TLS_PROBE=:8443", "TLS_PROBE=host:0", "ACME_DIRECTORY_URL=http://acme.test/dir",
            "ACME_DIRECTORY_URL=https:", "ACME_EMAIL=nobody", "ACME_EMAIL=a/b@saas.test", "ACME_DNS_PROVIDER=wildcard",
            "ACME_SKIP_PROPAGATION_CHECK=perhaps", "ACME_TIMEOUT_SECONDS=9", "ACME_TIMEOUT_SECONDS=3601",
        ])
    func aWrongValueIsAnsweredWithTheRule(assignment: String) throws {
        let problems = try ConfigurationTrial(Self.acme + ["BULKHEAD_\(assignment)"]).problems()
        let name = "BULKHEAD_\(assignment.prefix { $0 != "=" })"
        let setting = try #require(Setting.allCases.first { $0.variable == name })
        #expect(problems == ["\(name) must be \(setting.rule)"])
    }

    @Test func whatASourceNeedsIsNamed() throws {
        let files = try ConfigurationTrial("BULKHEAD_TLS_SOURCE=files").problems()
        #expect(
            files == [
                "BULKHEAD_TLS_CERTIFICATE_FILE is missing; it must be the path of a PEM file",
                "BULKHEAD_TLS_KEY_FILE is missing; it must be the path of a PEM file",
            ])
        for provider in ["none", "wildcard"] {
            let acme = try ConfigurationTrial(
                "BULKHEAD_TLS_SOURCE=acme", "BULKHEAD_ACME_EMAIL=ops@saas.test", "BULKHEAD_DNS_PROVIDER=\(provider)"
            ).problems()
            #expect(
                acme == [
                    "BULKHEAD_ACME_DNS_PROVIDER is missing; it must be route53, cloudflare or powerdns: "
                        + "who publishes the proof that the names are yours"
                ])
        }
        let bare = try ConfigurationTrial(Self.acme.filter { !$0.contains("EMAIL") && !$0.contains("TOKEN") })
            .problems()
        #expect(bare.count == 2 && bare.contains { $0.hasPrefix("BULKHEAD_ACME_EMAIL is missing") })
        #expect(bare.contains { $0.hasPrefix("BULKHEAD_DNS_CLOUDFLARE_TOKEN is missing") })
    }

    @Test func noAuthorityCertifiesLocalhost() throws {
        let problems = try ConfigurationTrial(Self.acme + ["BULKHEAD_BASE_DOMAIN=localhost"]).problems()
        #expect(
            problems == ["BULKHEAD_TLS_SOURCE needs a baseDomain that authorities certify, such as example.com"])
    }

    private struct Other: Error {}
}
