import BulkheadHummingbird
import EdgeGateway
import NIOCore
import Testing

@testable import ServerBootstrap

/// What can be said about an edge, and what is said about it.
@Suite struct EdgeConfigurationTests {
    private static let database = "BULKHEAD_DIRECTORY_DATABASE_URL=postgresql://bulkhead_directory:word@db/bulkhead"
    private static let upstream = "BULKHEAD_EDGE_UPSTREAM=http://10.0.0.5:3000"

    @Test func anEdgeNeedsAnUpstreamAndTheViewsAndNothingElse() throws {
        let edge = try ConfigurationTrial(
            "BULKHEAD_DATABASE_URL=", "BULKHEAD_APP_DATABASE_URL=", "BULKHEAD_SECRET_FILE=", Self.database,
            Self.upstream
        ).edge()
        #expect(edge.issuer == "https://admin.saas.test")
        #expect(edge.staleness == .seconds(3600))
        #expect(edge.gateway.bodyLimit == 100 * 1024 * 1024)
        #expect(edge.gateway.timeouts == EdgeConfiguration.Timeouts())
        #expect(edge.gateway.signInPaths == ["/api/tenant/sessions", "/api/tenant/activations"])
        let address = try #require(UpstreamAddress("http://10.0.0.5:3000"))
        #expect(edge.gateway.pages == .upstream([address]))
        #expect(edge.gateway.api == [address])
        let problems = try ConfigurationTrial().edgeProblems()
        #expect(problems.count == 2)
        #expect(problems.contains { $0.hasPrefix("BULKHEAD_DIRECTORY_DATABASE_URL is missing") })
        #expect(problems.contains { $0.hasPrefix("BULKHEAD_EDGE_UPSTREAM is missing, and so is edge.portal") })
    }

    @Test func everythingCanBeSaid() throws {
        let yaml = """
            edge:
              upstream: [https://a.internal, "http://[::1]:8080/"]
              apiUpstream: http://api.internal:9000
              connectSeconds: 0.5
              answerSeconds: 7
              idleSeconds: 8
              tunnelIdleSeconds: 9
              bodyBytes: 0
              connections: 10
              tunnels: 11
              productName: Formation Desk
              signInPaths: /login
              staleSeconds: 12
            """
        let gateway = try ConfigurationTrial([Self.database], yaml: yaml).edge().gateway
        #expect(
            gateway.pages
                == .upstream([
                    UpstreamAddress(isSecure: true, host: "a.internal", port: 443),
                    UpstreamAddress(host: "::1", port: 8080),
                ]))
        #expect(gateway.api == [UpstreamAddress(host: "api.internal", port: 9000)])
        #expect(gateway.timeouts.connect == .milliseconds(500))
        #expect(gateway.timeouts.answer == .seconds(7))
        #expect(gateway.timeouts.idle == .seconds(8))
        #expect(gateway.timeouts.tunnelIdle == .seconds(9))
        #expect(gateway.bodyLimit == nil)
        #expect((gateway.connectionLimit, gateway.tunnelLimit) == (10, 11))
        #expect(gateway.productName == "Formation Desk")
        #expect(gateway.signInPaths == ["/login"])
    }

    @Test(arguments: [
        "ftp://x", "http://", "x:80", "http://x/path", "http://u@x", "http://x:0", "http://x:99999", "http://x?y",
        "http://x,y", "http://[::1",
    ])
    func upstreamsAreOrigins(text: String) throws {
        let problems = try ConfigurationTrial(Self.database, Self.upstream, "BULKHEAD_EDGE_API_UPSTREAM=\(text)")
            .edgeProblems()
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("BULKHEAD_EDGE_API_UPSTREAM must be URLs without a path") == true)
    }

    @Test func aPortalNeedsAServerForTheAPI() throws {
        let alone = try ConfigurationTrial(Self.database, "BULKHEAD_EDGE_PORTAL=/srv/portal").edgeProblems()
        #expect(alone.count == 1)
        #expect(alone.first?.hasPrefix("BULKHEAD_EDGE_API_UPSTREAM is missing: a portal") == true)
        let edge = try ConfigurationTrial(
            Self.database, "BULKHEAD_EDGE_PORTAL=/srv/portal", "BULKHEAD_EDGE_API_UPSTREAM=http://api:80"
        ).edge()
        #expect(edge.gateway.pages == .portal(folder: "/srv/portal"))
    }

    @Test func theInstallationsOwnCertificateIsNotForAnEdge() throws {
        let problems = try ConfigurationTrial(Self.database, Self.upstream, "BULKHEAD_TLS_SOURCE=acme").edgeProblems()
        #expect(problems.count == 1)
        #expect(problems.first?.contains("must be none or files for an edge") == true)
        let edge = try ConfigurationTrial(
            Self.database, Self.upstream, "BULKHEAD_TLS_SOURCE=files", "BULKHEAD_TLS_CERTIFICATE_FILE=/c",
            "BULKHEAD_TLS_KEY_FILE=/k"
        ).edge()
        #expect(edge.gateway.strictTransportSecurity == "max-age=31536000; includeSubDomains")
    }

    @Test func limitsAreThoseOfAServer() throws {
        #expect(try ConfigurationTrial(Self.database, Self.upstream).edge().rateLimits == RateLimitConfiguration())
        let edge = try ConfigurationTrial(
            Self.database, Self.upstream, "BULKHEAD_RATE_LIMITS=observe", "BULKHEAD_REDIS_LIMIT_MILLISECONDS=5"
        ).edge()
        #expect(edge.rateLimits == RateLimitConfiguration(mode: .observe, deadline: .milliseconds(5)))
        let problems = try ConfigurationTrial(Self.database, Self.upstream, "BULKHEAD_RATE_LIMITS=x").edgeProblems()
        #expect(problems.count == 1)
    }

    @Test func aServerShowsWhatIsSaidAndHidesSecrets() throws {
        let token = "0123456789abcdef0123456789abcdef"
        let trial = ConfigurationTrial(Self.database, "BULKHEAD_EDGE_TOKEN=\(token)")
        #expect(try trial.shown(.edgeToken) == "(hidden)")
        #expect(try trial.shown(.edgeAnswerTimeout) == "60")
        #expect(try trial.shown(.directoryDatabaseURL)?.contains("word") == false)
        #expect(try trial.configuration().edgeToken?.matches(token) == true)
        let short = try ConfigurationTrial("BULKHEAD_EDGE_TOKEN=short").problems()
        #expect(short == ["BULKHEAD_EDGE_TOKEN must be a secret of 32 to 512 visible ASCII characters"])
    }
}
