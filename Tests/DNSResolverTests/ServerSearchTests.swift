import DNS
import DNSResolver
import DNSTestSupport
import Testing

/// Finding the servers of a zone; a server of the zone itself plays the resolver.
@Suite struct ServerSearchTests {
    private static let zone = "saas.test"

    private static func resolver(
        _ server: PowerDNSServer, authorities: [NameServerEndpoint] = []
    ) throws -> AresResolver {
        try AresResolver(
            AresConfiguration(
                authorities: authorities, authorityPort: server.port,
                resolvers: [NameServerEndpoint(host: "127.0.0.1", port: server.port)], timeout: .seconds(3),
                tries: 2))
    }

    private static func search(_ resolver: AresResolver, _ zone: String) async throws -> [AuthoritativeServer] {
        try await resolver.servers(of: try #require(DomainName(zone)), within: .seconds(20))
    }

    @Test func serversAreFoundThroughTheirNames() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.put(
                Self.zone, "NS", values: ["ns1.saas.test.", "ns2.saas.test.", "ns3.saas.test."], zone: Self.zone)
            try await server.put("ns1.saas.test", "A", values: ["127.0.0.1", "127.0.0.2"], zone: Self.zone)
            try await server.put("ns2.saas.test", "AAAA", values: ["::1"], zone: Self.zone)
            let found = try await Self.search(try Self.resolver(server), Self.zone)
            #expect(
                found == [
                    AuthoritativeServer(name: "ns1.saas.test", address: "127.0.0.1", port: server.port),
                    AuthoritativeServer(name: "ns1.saas.test", address: "127.0.0.2", port: server.port),
                    AuthoritativeServer(name: "ns2.saas.test", address: "::1", port: server.port),
                    AuthoritativeServer(name: "ns3.saas.test", address: nil, port: server.port),
                ])
        }
    }

    @Test func configuredServersAreTakenAsTheyAre() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.put("inside.saas.test", "A", values: ["127.0.0.3"], zone: Self.zone)
            let resolver = try Self.resolver(
                server,
                authorities: [
                    NameServerEndpoint(host: "127.0.0.9", port: 5300), NameServerEndpoint(host: "inside.saas.test"),
                ])
            let found = try await Self.search(resolver, Self.zone)
            #expect(
                found == [
                    AuthoritativeServer(name: "127.0.0.9:5300", address: "127.0.0.9", port: 5300),
                    AuthoritativeServer(name: "inside.saas.test:53", address: "127.0.0.3", port: 53),
                ])
        }
    }

    @Test func nameThatIsNoZoneHasNoServers() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let resolver = try Self.resolver(server)
            let error = await #expect(throws: AuthorityError.self) {
                try await Self.search(resolver, "part.saas.test")
            }
            #expect(error?.kind == .noServers)
        }
    }

    @Test func resolverThatIsGoneOrRefusesIsUnavailable() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let resolver = try Self.resolver(server)
            let refused = await #expect(throws: AuthorityError.self) {
                try await Self.search(resolver, "example.com")
            }
            #expect(refused?.kind == .unavailable)
            try await server.stop()
            let gone = await #expect(throws: AuthorityError.self) { try await Self.search(resolver, Self.zone) }
            #expect(gone?.kind == .unavailable)
        }
    }

    @Test(arguments: [
        AresConfiguration(resolvers: [NameServerEndpoint(host: "dns.example.com")]),
        AresConfiguration(authorityPort: 0), AresConfiguration(timeout: .zero), AresConfiguration(tries: 0),
    ])
    func settingsThatCannotWorkAreRefused(configuration: AresConfiguration) {
        let error = #expect(throws: AuthorityError.self) { try AresResolver(configuration) }
        #expect(error?.kind == .misconfigured)
    }
}
