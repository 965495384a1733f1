import DNS
import DNSResolver
import DNSTestSupport
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A tenant from its order over its name and its certificate to its end, with everything that others see of it.
@Suite struct NameStoryTests {
    private static let subdomain = "acme"
    private static let host = "acme.\(Deployment.domain)"

    @Test(.timeLimit(.minutes(3))) func nameAndCertificateFromOrderToQuarantine() async throws {
        let redirect = try FreePort.reserve()
        try await CertifiedDeployment.use(["TLS_REDIRECT_PORT": "\(redirect)", "TLS_HSTS_SECONDS": "86400"]) { place in
            try await place.authority.pause()
            let server = try await place.deployment.serve()
            let before = try await server.readiness()
            #expect(before.status == 503 && before.text.contains("there is none yet"), "\(before.testDescription)")
            await #expect(throws: SecureCaller.Failure.self) {
                _ = try await place.deployment.signIn(over: place.caller(server))
            }
            place.authority.resume()
            try await place.waitUntilReady(server)
            #expect(try await server.readiness().text.contains("valid until"))

            let caller = try await place.deployment.signIn(over: place.caller(server))
            let answer = try await caller.begin(Self.subdomain, headers: ["Prefer": "wait=30"])
            try #require(answer.status == 201, "\(answer.testDescription)")
            let tenant = try answer.decoded(HTTPCaller.Tenant.self)
            #expect(tenant.status == "active")
            #expect(tenant.url == "https://\(Self.host):\(server.port)")
            try await Self.expectEvidence(of: tenant.id, caller, place)
            try await Self.expectReachable(place, server, redirect: redirect)
            try await place.deployment.asSuperuser { client in
                #expect(try await place.dns.names() == client.names(of: [Self.subdomain]))
                try await Self.expectEnd(of: tenant.id, caller, place.dns, client)
            }
            try await Self.expectQuarantine(caller, server.log)
            #expect(try await server.terminate() == .exited(0))
        }
    }

    /// Who was asked, what was answered, and what the listener showed.
    private static func expectEvidence(
        of tenant: String, _ caller: AdminCaller, _ place: CertifiedDeployment
    ) async throws {
        let view = try await caller.provisioning(tenant)
        #expect(view.workflow == "tenant.provision" && view.status == "completed")
        let dns = try view.evidence("dns")
        #expect(dns.provider == "PowerDNS" && dns.zone == Deployment.domain && dns.name == Self.host)
        #expect(dns.records == .made(["\(Self.host) A \(NamedTenants.ttl) 127.0.0.1"]))
        let seen = try #require(dns.propagation?.lastRound?.observations.first)
        #expect(seen.server.address == "127.0.0.1" && seen.server.port == place.dns.port)
        let answered = seen.answers.first { $0.type == .a }?.answer
        #expect(answered == .records(AnsweredRecords(.a, ttl: NamedTenants.ttl, values: ["127.0.0.1"])))
        let certificate = try view.evidence("certificate")
        #expect(certificate.host == Self.host)
        let handshake = try #require(certificate.handshake)
        #expect(handshake.version == "TLSv1.3" && handshake.isCovered && handshake.isTrusted)
        #expect(Set(handshake.names) == ["*.\(Deployment.domain)", Deployment.domain])
        #expect(handshake.issuer.contains("Pebble"))
    }

    /// What a visitor sees.
    private static func expectReachable(
        _ place: CertifiedDeployment, _ server: RunningServer, redirect: Int
    ) async throws {
        let address = try await place.dns.ask(Self.host)
        #expect(address == .records(AnsweredRecords(.a, ttl: NamedTenants.ttl, values: ["127.0.0.1"])))
        for (wire, line) in [(SecureCaller.Wire.http2, "HTTP/2 200"), (.http1, "HTTP/1.1 200")] {
            let answer = try await place.caller(server, wire).send("/.well-known/jwks.json", host: Self.host)
            #expect(answer.headers[":line"]?.hasPrefix(line) == true, "\(answer.headers)")
            #expect(answer.headers["strict-transport-security"] == "max-age=86400; includeSubDomains")
        }
        let curl = try StartedProgram(
            "/usr/bin/curl",
            [
                "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-X", "POST",
                "--resolve", "\(Self.host):\(redirect):127.0.0.1", "http://\(Self.host):\(redirect)/api/x?y=z",
            ])
        #expect(await curl.waitForEnd() == 0, "\(curl.errors)")
        #expect(curl.output == "308 https://\(Self.host):\(server.port)/api/x?y=z")
    }

    /// First the name goes, then the time passes in which it is remembered, and only then is the tenant deleted.
    private static func expectEnd(
        of tenant: String, _ caller: AdminCaller, _ dns: PowerDNSServer, _ client: PostgresClient
    ) async throws {
        try await caller.end(tenant)
        var lastSeen = Date()
        var goneAt: Date?
        var others: [AuthorityAnswer] = []
        try await eventually(within: .seconds(60)) {
            let status = try await client.status(Self.subdomain)
            // Before the question: the answer was true at some moment after this one.
            let asked = Date()
            let answer = try await dns.ask(Self.host)
            switch answer {
            case .noName: goneAt = goneAt ?? Date()
            case .records:
                lastSeen = asked
                #expect(status == "deleting" && goneAt == nil, "\(status ?? "") while \(answer)")
            default: others.append(answer)  // A server that is too busy to answer has not shown the name to anybody.
            }
            return status == "deleted"
        }
        #expect(goneAt != nil)
        #expect(try await dns.names() == [:])
        #expect(try await client.ledger() == [])

        let view = try await caller.provisioning(tenant)
        #expect(view.workflow == "tenant.remove" && view.status == "completed")
        let removal = try view.last("dnsRemoval")
        let (expiry, deletion) = (try view.last("dnsExpiry"), try view.last("deletion"))
        let ends = try [removal, expiry, deletion].map { try #require($0.finishedAt) }
        #expect(ends == ends.sorted())
        #expect(ends[1].timeIntervalSince(lastSeen) >= Double(NamedTenants.ttl), "\(others)")
        #expect(deletion.startedAt.timeIntervalSince(lastSeen) >= Double(NamedTenants.ttl))
        let seen = try #require(removal.evidence?.propagation?.lastRound?.observations.first)
        #expect(seen.answers.allSatisfy { $0.answer.isEmpty })
    }

    private static func expectQuarantine(_ caller: AdminCaller, _ log: String) async throws {
        let answer = try await caller.begin(Self.subdomain)
        #expect(answer.status == 409, "\(answer.testDescription)")
        let problem = try answer.decoded(HTTPCaller.Problem.self)
        #expect(problem.type.hasSuffix("/subdomain-reserved"))
        try problem.expectDays(90)
        #expect(!log.contains(PowerDNSServer.apiKey))
    }
}

extension HTTPCaller.Problem {
    /// The name is free so many days from now, and the text says so.
    func expectDays(_ days: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = try #require(self.availableAt, sourceLocation: sourceLocation)
        let date = try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let distance = date.timeIntervalSince(Date().addingTimeInterval(Double(days) * 86_400))
        #expect(abs(distance) < 600, "\(text)", sourceLocation: sourceLocation)
        // The first whole day on which it is free.
        let day = date.addingTimeInterval(86_400).formatted(.iso8601.year().month().day())
        let detail = self.errors?.first?.detail ?? ""
        #expect(detail.contains("free from \(day) on"), "\(detail)", sourceLocation: sourceLocation)
    }
}

extension PowerDNSServer {
    /// What it says about the address of a name, asked as resolvers ask.
    func ask(_ host: String) async throws -> AuthorityAnswer {
        let resolver = try AresResolver(AresConfiguration())
        let server = AuthoritativeServer(name: "test", address: "127.0.0.1", port: self.port)
        let name = try #require(DomainName(host))
        return try await resolver.answer(from: server, name: name, type: .a, within: .seconds(5))
    }
}
