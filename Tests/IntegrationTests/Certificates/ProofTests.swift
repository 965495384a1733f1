import ACME
import Foundation
import LocalServers
import TLS
import Tenancy
import Testing
import Workflow

@testable import ServerBootstrap

/// Proofs: to the certificate authority that names are ours, to operators that the listener covers a host.
@Suite struct ProofTests {
    @Test func proofsAreGivenThroughTheServiceThatIsConfigured() throws {
        #expect(
            try Self.challenge(
                "powerdns", "DNS_POWERDNS_URL=http://dns:8081", "DNS_POWERDNS_API_KEY=key", "DNS_POWERDNS_SERVER=main")
                == .powerDNS(url: try #require(URL(string: "http://dns:8081")), apiKey: "key", server: "main"))
        #expect(try Self.challenge("cloudflare", "DNS_CLOUDFLARE_TOKEN=token") == .cloudflare(token: "token"))
        #expect(
            try Self.challenge(
                "route53", "DNS_ROUTE53_ACCESS_KEY_ID=id", "DNS_ROUTE53_SECRET_ACCESS_KEY=secret",
                "DNS_ROUTE53_SESSION_TOKEN=session", "DNS_ROUTE53_ZONE_ID=Z123")
                == .route53(
                    accessKeyID: "id", secretAccessKey: "secret", sessionToken: "session", hostedZoneID: "Z123"))
    }

    @Test func aListenerThatIsNotThereIsAskedAgain() async throws {
        let prover = ListenerProver(
            listener: .init(host: "127.0.0.1", port: try FreePort.reserve()), publicPort: 443,
            probe: try Self.files().handshakeProbe(base: try Self.base))
        let failure = try await #require(throws: StepFailure.self) { try await prover.prove("acme.saas.test") }
        #expect(failure.retry == .withBackoff && failure.reason.contains("127.0.0.1"), "\(failure)")
    }

    @Test func authoritiesThatCannotBeReadAreNamed() throws {
        var files = try Self.files()
        files.authorities = URL(filePath: "/nowhere/ca.pem")
        let missing = try #require(throws: BootstrapError.self) { try files.handshakeProbe(base: try Self.base) }
        #expect(missing.description.hasPrefix("/nowhere/ca.pem holds no authorities to trust: "))
        files.authorities = URL(filePath: #filePath)
        let other = try #require(throws: BootstrapError.self) { try files.handshakeProbe(base: try Self.base) }
        #expect(other.description.contains("holds no certificate"), "\(other)")
    }

    private static var base: BaseDomain { get throws { try #require(BaseDomain(CertificateBench.domain)) } }

    private static func files() throws -> CertificateConfiguration {
        CertificateConfiguration(
            source: .files(chain: URL(filePath: "/nowhere"), key: URL(filePath: "/nowhere")), hsts: 0)
    }

    private static func challenge(_ provider: String, _ settings: String...) throws -> DNSChallenge? {
        let own = ["TLS_SOURCE=acme", "ACME_EMAIL=ops@saas.test", "ACME_DNS_PROVIDER=\(provider)"]
        return try ConfigurationTrial((own + settings).map { "BULKHEAD_" + $0 }).configuration().issuer()?.challenge
    }
}
