import AsyncHTTPClient
import DNS
import DNSProviders
import DNSTestKit
import DNSTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3))) struct Route53ProviderTests {
    private static let zone = "saas.test"

    private static func provider(
        _ server: MotoServer, id: String? = nil, timeout: Duration = .seconds(20)
    ) -> Route53Provider {
        Route53Provider(
            Route53Provider.Configuration(
                accessKeyID: "test", secretAccessKey: "test", endpoint: server.url, timeout: timeout, hostedZoneID: id),
            client: .shared)
    }

    private static func zoneName() throws -> DomainName { try #require(DomainName(Self.zone)) }

    @Test func keepsThePromisesOfAProvider() async throws {
        try await MotoServer.use { server in
            try await server.makeZone(Self.zone)
            let findings = try await ProviderTrial(Self.provider(server), zone: Self.zoneName()).run()
            #expect(findings.isEmpty, "\(findings)")
        }
    }

    @Test func planIsCarriedOut() async throws {
        try await MotoServer.use { server in
            let id = try await server.makeZone(Self.zone)
            let (provider, zone) = (Self.provider(server, id: id), try Self.zoneName())
            let acme = try #require(zone.below("acme"))
            let wanted = DesiredRecord(try RecordSet(acme, .cname, ttl: 60, values: ["edge.saas.test"]), for: "t-1")
            for desired in [[wanted], []] {
                let before = try await provider.records(in: zone, at: nil)
                let plan = ZonePlan(desired: desired, actual: before, registry: "test")
                #expect(plan.changes.count == 1)
                let receipt = try await provider.apply(plan.changes.flatMap(\.steps), to: zone)
                #expect(receipt.id != nil)
                #expect(try await provider.settled(receipt, in: zone))
                let after = try await provider.records(in: zone, at: nil)
                #expect(ZonePlan(desired: desired, actual: after, registry: "test").isEmpty)
            }
        }
    }

    @Test func aliasesAndRoutingPoliciesAreTaken() async throws {
        try await MotoServer.use { server in
            let id = try await server.makeZone(Self.zone)
            let (provider, zone) = (Self.provider(server), try Self.zoneName())
            try await server.change(Self.foreignChanges, inZoneWithID: id)
            let labels = ["balanced", "weighted"]
            let desired = try labels.map { label in
                let name = try #require(zone.below(label))
                return DesiredRecord(try RecordSet(name, .a, ttl: 60, values: ["192.0.2.1"]), for: "t-\(label)")
            }
            let found = try await provider.records(in: zone, at: nil)
            let plan = ZonePlan(desired: desired, actual: found, registry: "test")
            #expect(plan.isEmpty && plan.conflicts.map { String($0.name.labels[0]) } == labels)
            for record in desired {
                for change in [RecordChange.create(record.set), .remove(record.set)] + found.map(RecordChange.remove) {
                    let error = await #expect(throws: DNSProviderError.self) {
                        try await provider.apply([change], to: zone)
                    }
                    #expect(error?.kind == .conflict)
                }
            }
            #expect(try await provider.records(in: zone, at: nil) == found)
        }
    }

    private static let foreignChanges = """
        <Change><Action>CREATE</Action><ResourceRecordSet><Name>balanced.saas.test.</Name><Type>A</Type><AliasTarget>\
        <HostedZoneId>Z2</HostedZoneId><DNSName>lb.example.net.</DNSName>\
        <EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet></Change>\
        <Change><Action>CREATE</Action><ResourceRecordSet><Name>weighted.saas.test.</Name><Type>A</Type>\
        <SetIdentifier>one</SetIdentifier><Weight>1</Weight><TTL>60</TTL><ResourceRecords><ResourceRecord>\
        <Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>
        """

    @Test func otherKindsAndDelegationsAreTaken() async throws {
        try await MotoServer.use { server in
            let id = try await server.makeZone(Self.zone)
            let (provider, zone) = (Self.provider(server), try Self.zoneName())
            let foreign = [("mail", "MX", "10 mx.example.net."), ("sub", "NS", "ns1.example.net.")]
            let changes = foreign.map { label, kind, value in
                "<Change><Action>CREATE</Action><ResourceRecordSet><Name>\(label).saas.test.</Name><Type>\(kind)</Type>"
                    + "<TTL>60</TTL><ResourceRecords><ResourceRecord><Value>\(value)</Value></ResourceRecord>"
                    + "</ResourceRecords></ResourceRecordSet></Change>"
            }
            try await server.change(changes.joined(), inZoneWithID: id)
            let sets = try ["mail", "sub", "x.sub"].map { label in
                try RecordSet(try #require(DomainName("\(label).saas.test")), .a, ttl: 60, values: ["192.0.2.1"])
            }
            let places = Set(sets.flatMap { [$0.name, OwnershipMark.name(for: $0.name)].compactMap { $0 } })
            let found = try await provider.records(in: zone, at: places)
            let plan = ZonePlan(desired: sets.map { DesiredRecord($0, for: "t-1") }, actual: found, registry: "test")
            #expect(plan.isEmpty && plan.conflicts.count == 3)
            for set in sets {
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.apply([.create(set)], to: zone)
                }
                #expect(error?.kind == .conflict)
            }
            #expect(try await provider.records(in: zone, at: nil).count == 2)
        }
    }

    @Test func zoneIsFoundByNameOrByItsID() async throws {
        try await MotoServer.use { server in
            let zone = try Self.zoneName()
            try await server.makeZone(Self.zone, isPrivate: true)
            try await Self.expect(.unknownZone, Self.provider(server), "create it")
            let first = try await server.makeZone(Self.zone)
            #expect(try await Self.provider(server).records(in: zone, at: nil).isEmpty)
            let second = try await server.makeZone(Self.zone)
            try await Self.expect(.refused, Self.provider(server), "2 public zones")
            let set = try RecordSet(try #require(zone.below("a")), .a, ttl: 60, values: ["192.0.2.1"])
            _ = try await Self.provider(server, id: "/hostedzone/\(second)").apply([.create(set)], to: zone)
            #expect(try await Self.provider(server, id: second).records(in: zone, at: nil) == [set])
            #expect(try await Self.provider(server, id: first).records(in: zone, at: nil).isEmpty)
        }
    }

    @Test func idOfAnotherZoneIsNotUsed() async throws {
        try await MotoServer.use { server in
            let other = try await server.makeZone("other.test")
            let inside = try await server.makeZone(Self.zone, isPrivate: true)
            try await Self.expect(.unknownZone, Self.provider(server, id: other), "another zone")
            try await Self.expect(.unknownZone, Self.provider(server, id: "Z0"), "no such zone")
            try await Self.expect(.refused, Self.provider(server, id: inside), "private")
            try await Self.expect(.refused, Self.provider(server, id: "no id"), "no id of a zone")
        }
    }

    private static func expect(
        _ kind: DNSProviderError.Kind, _ provider: Route53Provider, _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let error = await #expect(throws: DNSProviderError.self, sourceLocation: sourceLocation) {
            try await provider.records(in: Self.zoneName(), at: nil)
        }
        #expect(error?.kind == kind && error?.reason.contains(words) == true, sourceLocation: sourceLocation)
    }

    @Test func serverThatDoesNotAnswerIsUnavailable() async throws {
        try await MotoServer.use { server in
            try await server.makeZone(Self.zone)
            try await server.pause()
            try await Self.expect(.unavailable, Self.provider(server, timeout: .milliseconds(300)), "did not answer")
            server.resume()
            let sets = try await Self.provider(server).records(in: Self.zoneName(), at: nil)
            #expect(sets.isEmpty)
            try await server.stop()
            try await Self.expect(.unavailable, Self.provider(server, timeout: .milliseconds(300)), "did not answer")
        }
    }

    @Test func addressThatIsNoneIsRefused() async throws {
        let configuration = Route53Provider.Configuration(
            accessKeyID: "test", secretAccessKey: "test", endpoint: URL(string: "ftp://host"))
        try await Self.expect(.refused, Route53Provider(configuration, client: .shared), "ftp://host")
    }
}
