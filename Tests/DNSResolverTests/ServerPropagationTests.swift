import DNS
import DNSResolver
import DNSTestSupport
import Foundation
import Testing

/// A change on its way to two servers that are not told of each other.
@Suite struct ServerPropagationTests {
    private static let zone = "saas.test"
    private static let name = "acme.saas.test"

    private struct Pair {
        let first: PowerDNSServer
        let second: PowerDNSServer
        let zone: DomainName
        let name: DomainName

        func propagation(policy: PropagationPolicy = .all) throws -> Propagation {
            let authorities = [self.first, self.second].map { NameServerEndpoint(host: "127.0.0.1", port: $0.port) }
            let configuration = AresConfiguration(authorities: authorities, timeout: .seconds(3), tries: 1)
            return Propagation(resolver: try AresResolver(configuration), policy: policy)
        }

        func address(_ value: String) throws -> PropagationExpectation {
            let set = try RecordSet(self.name, .a, ttl: 60, values: [value])
            return PropagationExpectation(self.name, in: self.zone, .present([set]))
        }

        func put(_ server: PowerDNSServer, _ value: String, ttl: Int = 60, name: String? = nil) async throws {
            try await server.put(
                name ?? self.name.description, "A", ttl: ttl, values: [value], zone: self.zone.description)
        }
    }

    private static func use<Value>(_ body: (Pair) async throws -> Value) async throws -> Value {
        let (zone, name) = (try #require(DomainName(Self.zone)), try #require(DomainName(Self.name)))
        return try await PowerDNSServer.use(zones: [Self.zone]) { first in
            try await PowerDNSServer.use(zones: [Self.zone]) { second in
                try await body(Pair(first: first, second: second, zone: zone, name: name))
            }
        }
    }

    private static let quick = PropagationPause(first: .milliseconds(20), longest: .milliseconds(50))

    @Test func waitsForTheServerThatIsBehind() async throws {
        try await Self.use { pair in
            try await pair.first.setNegativeTTL(minimum: 120, zone: Self.zone)
            try await pair.second.setNegativeTTL(minimum: 60, zone: Self.zone)
            try await pair.put(pair.first, "192.0.2.1")
            let propagation = try pair.propagation()
            let expectation = try pair.address("192.0.2.1")
            let before = try await propagation.check(expectation)
            #expect(Self.awaited(before) == [AwaitedServer(port: pair.second.port, standing: .differs)])

            async let waited = propagation.wait(for: expectation, until: Date() + 60, pause: Self.quick)
            try await pair.put(pair.second, "192.0.2.1")
            let evidence = try await waited
            #expect(evidence.verdict == .agreed && evidence.lastRound?.observations.count == 2)
            #expect(!evidence.isCoveredByWildcard)
            // Somebody may have asked any server just before.
            #expect(evidence.negativeTTL == 120)
            #expect(evidence.safeAfter == evidence.agreedAt.map { $0 + 120 })
        }
    }

    @Test func removedRecordMayBeRememberedForItsTime() async throws {
        try await Self.use { pair in
            try await pair.put(pair.first, "192.0.2.1", ttl: 300)
            try await pair.put(pair.second, "192.0.2.1", ttl: 600)
            let propagation = try pair.propagation()
            let gone = PropagationExpectation(pair.name, in: pair.zone, .absent, formerTTL: 30)
            let timeout = await #expect(throws: PropagationTimeout.self) {
                try await propagation.wait(for: gone, until: Date(), pause: Self.quick)
            }
            #expect(timeout.map { Self.awaited($0.evidence).count } == 2)
            #expect(timeout?.evidence.formerTTL == 600)
            async let waited = propagation.wait(for: gone, until: Date() + 60, pause: Self.quick)
            try await pair.first.remove(Self.name, "A", zone: Self.zone)
            try await pair.second.remove(Self.name, "A", zone: Self.zone)
            let evidence = try await waited
            #expect(evidence.verdict == .agreed)
            // Whether it was still seen or not.
            #expect([30, 300, 600].contains(evidence.formerTTL))
            #expect(evidence.safeAfter == evidence.agreedAt.map { $0 + Double(evidence.formerTTL ?? 0) })
        }
    }

    @Test func wildcardIsNeitherTheRecordNorItsAbsence() async throws {
        try await Self.use { pair in
            for server in [pair.first, pair.second] {
                try await pair.put(server, "192.0.2.9", name: "*.\(Self.zone)")
            }
            let propagation = try pair.propagation()
            let check = try await propagation.check(try pair.address("192.0.2.1"))
            #expect(check.agreedAt == nil && check.isCoveredByWildcard)
            try await pair.put(pair.second, "192.0.2.1")
            let gone = PropagationExpectation(pair.name, in: pair.zone, .absent)
            // There still is a record of its own.
            #expect(
                Self.awaited(try await propagation.check(gone))
                    == [AwaitedServer(port: pair.second.port, standing: .differs)])
            try await pair.second.remove(Self.name, "A", zone: Self.zone)
            let evidence = try await propagation.wait(for: gone, until: Date() + 60, pause: Self.quick)
            #expect(evidence.verdict == .coveredByWildcard && evidence.isCoveredByWildcard)
            #expect(evidence.agreedAt != nil)
            // The wildcard's own name is no name that it covers.
            let set = try RecordSet(try #require(pair.zone.below("*")), .a, ttl: 1, values: ["192.0.2.9"])
            let own = try await propagation.check(PropagationExpectation(set.name, in: pair.zone, .present([set])))
            #expect(own.verdict == .agreed, "\(own.verdict)")
            #expect(!own.isCoveredByWildcard)
        }
    }

    @Test func serverThatIsSilentIsNamed() async throws {
        try await Self.use { pair in
            try await pair.put(pair.first, "192.0.2.1")
            try await pair.second.pause()
            let expectation = try pair.address("192.0.2.1")
            let propagation = try pair.propagation()
            let timeout = await #expect(throws: PropagationTimeout.self) {
                try await propagation.wait(for: expectation, until: Date() + 0.2, pause: Self.quick)
            }
            #expect(timeout?.description.contains("127.0.0.1:\(pair.second.port) does not answer") == true)
            #expect(timeout?.description.contains("\(pair.first.port)") == false)
            #expect(timeout?.debugDescription.contains("192.0.2.1") == true)

            try await pair.second.stop()
            let stopped = try await propagation.check(expectation)
            #expect(Self.awaited(stopped) == [AwaitedServer(port: pair.second.port, standing: .failed(.unreachable))])
            let lenient = try pair.propagation(policy: .allReachable(atLeast: 1))
            #expect(try await lenient.check(expectation).verdict == .agreed)
            let strict = try pair.propagation(policy: .allReachable(atLeast: 2))
            #expect(try await strict.check(expectation).agreedAt == nil)
        }
    }

    @Test func serversFoundThroughTheZoneAreWaitedFor() async throws {
        try await Self.use { pair in
            try await pair.first.put("ns1.saas.test", "A", values: ["127.0.0.1"], zone: Self.zone)
            try await pair.put(pair.first, "192.0.2.1")
            let configuration = AresConfiguration(
                authorityPort: pair.first.port,
                resolvers: [NameServerEndpoint(host: "127.0.0.1", port: pair.first.port)])
            let propagation = Propagation(resolver: try AresResolver(configuration))
            let evidence = try await propagation.wait(
                for: try pair.address("192.0.2.1"), until: Date() + 30, pause: Self.quick)
            #expect(evidence.lastRound?.observations.map(\.server.name) == ["ns1.saas.test"])
        }
    }

    private struct AwaitedServer: Hashable {
        let port: Int
        let standing: ServerStanding
    }

    private static func awaited(_ evidence: PropagationEvidence) -> Set<AwaitedServer> {
        guard case .waiting(let addresses) = evidence.verdict else { return [] }
        return Set(addresses.map { AwaitedServer(port: $0.server.port, standing: $0.standing) })
    }
}
