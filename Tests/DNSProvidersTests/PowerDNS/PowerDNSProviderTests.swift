import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestKit
import DNSTestSupport
import Foundation
import Testing

@Suite struct PowerDNSProviderTests {
    private static let zone = "saas.test"

    private static func provider(
        _ server: PowerDNSServer, apiKey: String = PowerDNSServer.apiKey, timeout: Duration = .seconds(10)
    ) -> PowerDNSProvider {
        PowerDNSProvider(
            PowerDNSProvider.Configuration(url: server.url, apiKey: apiKey, timeout: timeout), client: .shared)
    }

    private static func zoneName() throws -> DomainName { try #require(DomainName(Self.zone)) }

    @Test(.timeLimit(.minutes(2))) func keepsThePromisesOfAProvider() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let findings = try await ProviderTrial(Self.provider(server), zone: Self.zoneName()).run()
            #expect(findings.isEmpty, "\(findings)")
        }
    }

    @Test(.timeLimit(.minutes(2))) func planIsCarriedOut() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let (provider, zone) = (Self.provider(server), try Self.zoneName())
            let acme = try #require(zone.below("acme"))
            let wanted = DesiredRecord(try RecordSet(acme, .cname, ttl: 60, values: ["edge.saas.test"]), for: "t-1")
            for desired in [[wanted], []] {
                let before = try await provider.records(in: zone, at: nil)
                let plan = ZonePlan(desired: desired, actual: before, registry: "test")
                #expect(plan.changes.count == 1)
                _ = try await provider.apply(plan.changes.flatMap(\.steps), to: zone)
                let after = try await provider.records(in: zone, at: nil)
                #expect(ZonePlan(desired: desired, actual: after, registry: "test").isEmpty)
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func wrongKeyIsNamed() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let zone = try Self.zoneName()
            let provider = Self.provider(server, apiKey: "a wrong key that must not be shown")
            let error = await #expect(throws: DNSProviderError.self) { try await provider.records(in: zone, at: nil) }
            #expect(error?.kind == .unauthorized && error?.isTransient == false)
            #expect(error?.description.contains("PowerDNS, zone saas.test") == true)
            #expect(error?.debugDescription.contains("wrong key") == false)
        }
    }

    @Test(.timeLimit(.minutes(2))) func serverThatDoesNotAnswerIsUnavailable() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let zone = try Self.zoneName()
            let provider = Self.provider(server, timeout: .milliseconds(300))
            try await server.pause()
            let error = await #expect(throws: DNSProviderError.self) { try await provider.records(in: zone, at: nil) }
            #expect(error?.kind == .unavailable && error?.isTransient == true)
            server.resume()
            #expect(try await Self.provider(server).records(in: zone, at: nil).isEmpty)
            try await server.stop()
            let gone = await #expect(throws: DNSProviderError.self) { try await provider.records(in: zone, at: nil) }
            #expect(gone?.kind == .unavailable)
        }
    }

    @Test func keyIsNeverShown() throws {
        let url = try #require(URL(string: "http://user:secret@127.0.0.1:8081"))
        let configuration = PowerDNSProvider.Configuration(url: url, apiKey: "secret")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(text.contains("127.0.0.1") && !text.contains("secret"))
        }
    }

    @Test(.timeLimit(.minutes(2))) func recordOutsideOfTheZoneIsRefused() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let outside = try RecordSet(try #require(DomainName("a.example")), .a, ttl: 60, values: ["192.0.2.1"])
            let (provider, zone) = (Self.provider(server), try Self.zoneName())
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(outside)], to: zone)
            }
            #expect(error?.kind == .refused)
        }
    }
}
