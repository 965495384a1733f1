import DNS
import DNSResolver
import DNSTestSupport
import Testing

/// What one server answers, asked by itself.
@Suite struct AresResolverTests {
    private static let zone = "saas.test"

    private static func ask(
        _ server: PowerDNSServer, _ name: String, _ type: RecordType, timeout: Duration = .seconds(10)
    ) async throws -> AuthorityAnswer {
        let resolver = try AresResolver(AresConfiguration(timeout: timeout, tries: 1))
        let place = AuthoritativeServer(name: "ns1", address: "127.0.0.1", port: server.port)
        return try await resolver.answer(
            from: place, name: try #require(DomainName(name)), type: type, within: .seconds(20))
    }

    @Test func recordsOfEachKindAreRead() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.put("v4.saas.test", "A", ttl: 61, values: ["192.0.2.2", "192.0.2.1"], zone: Self.zone)
            try await server.put("v6.saas.test", "AAAA", ttl: 62, values: ["2001:db8:0:0::1"], zone: Self.zone)
            try await server.put("t.saas.test", "TXT", ttl: 63, values: [#""a b""#, #""c\001" "d""#], zone: Self.zone)
            #expect(
                try await Self.ask(server, "v4.saas.test", .a)
                    == .records(AnsweredRecords(.a, ttl: 61, values: ["192.0.2.1", "192.0.2.2"])))
            #expect(
                try await Self.ask(server, "v6.saas.test", .aaaa)
                    == .records(AnsweredRecords(.aaaa, ttl: 62, values: ["2001:db8::1"])))
            #expect(
                try await Self.ask(server, "T.saas.test", .txt)
                    == .records(AnsweredRecords(.txt, ttl: 63, values: ["a b", #"c\001d"#])))
        }
    }

    @Test func aliasIsFoundAndNotFollowed() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.put("host.saas.test", "A", ttl: 5, values: ["192.0.2.1"], zone: Self.zone)
            try await server.put("www.saas.test", "CNAME", ttl: 64, values: ["host.saas.test."], zone: Self.zone)
            try await server.put("dead.saas.test", "CNAME", ttl: 64, values: ["nobody.saas.test."], zone: Self.zone)
            let alias = AnsweredRecords(.cname, ttl: 64, values: ["host.saas.test"])
            #expect(try await Self.ask(server, "www.saas.test", .cname) == .records(alias))
            #expect(try await Self.ask(server, "www.saas.test", .a) == .alias(alias))
            // The server's code is about the name at the end.
            #expect(
                try await Self.ask(server, "dead.saas.test", .a)
                    == .alias(AnsweredRecords(.cname, ttl: 64, values: ["nobody.saas.test"])))
        }
    }

    @Test func nameWithoutSuchRecordsIsNotANameThatIsMissing() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.setNegativeTTL(minimum: 77, ttl: 3600, zone: Self.zone)
            try await server.put("v4.saas.test", "A", values: ["192.0.2.1"], zone: Self.zone)
            try await server.put("_mark.only.saas.test", "TXT", values: [#""x""#], zone: Self.zone)
            #expect(try await Self.ask(server, "v4.saas.test", .aaaa) == .noData(negativeTTL: 77))
            #expect(try await Self.ask(server, "only.saas.test", .a) == .noData(negativeTTL: 77))
            #expect(try await Self.ask(server, "other.saas.test", .a) == .noName(negativeTTL: 77))
            // The lesser of both counts.
            try await server.setNegativeTTL(minimum: 77, ttl: 33, zone: Self.zone)
            #expect(try await Self.ask(server, "other.saas.test", .a) == .noName(negativeTTL: 33))
        }
    }

    @Test func whatDoesNotFitComesOverTCP() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            let texts = (0..<40).map { "\($0)-" + String(repeating: "x", count: 100) }
            try await server.put("big.saas.test", "TXT", values: texts.map { "\"\($0)\"" }, zone: Self.zone)
            #expect(
                try await Self.ask(server, "big.saas.test", .txt)
                    == .records(AnsweredRecords(.txt, ttl: 60, values: texts)))
        }
    }

    @Test func serverThatDoesNotServeTheZoneIsKnown() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            #expect(try await Self.ask(server, "acme.example.com", .a) == .failed(.refused))
            // A delegation is answered with a hint where to ask.
            try await server.put("sub.saas.test", "NS", values: ["ns.elsewhere.test."], zone: Self.zone)
            #expect(try await Self.ask(server, "a.sub.saas.test", .a) == .failed(.notAuthoritative))
        }
    }

    @Test func pausedServerDoesNotAnswerAndStoppedOneCannotBeReached() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.pause()
            #expect(
                try await Self.ask(server, "a.saas.test", .a, timeout: .milliseconds(100)) == .failed(.timeout))
            server.resume()
            #expect(try await Self.ask(server, "a.saas.test", .a).isEmpty)
            try await server.stop()
            #expect(try await Self.ask(server, "a.saas.test", .a) == .failed(.unreachable))
        }
    }

    @Test func limitAndCancellationEndAQuestion() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.pause()
            let resolver = try AresResolver(AresConfiguration(timeout: .seconds(300), tries: 1))
            let place = AuthoritativeServer(name: "ns1", address: "127.0.0.1", port: server.port)
            let name = try #require(DomainName("a.saas.test"))
            let begin = ContinuousClock.now
            #expect(
                try await resolver.answer(from: place, name: name, type: .a, within: .milliseconds(100))
                    == .failed(.timeout))
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: AuthorityAnswer.self) { group in
                    group.addTask {
                        try await resolver.answer(from: place, name: name, type: .a, within: .seconds(60))
                    }
                    group.cancelAll()
                    _ = try await group.next()
                }
            }
            #expect(ContinuousClock.now - begin < .seconds(30))
            server.resume()
            // The thread that waited serves the next question too.
            #expect(try await resolver.answer(from: place, name: name, type: .a, within: .seconds(20)).isEmpty)
        }
    }

    @Test func manyQuestionsAreAnsweredAtOnce() async throws {
        try await PowerDNSServer.use(zones: [Self.zone]) { server in
            try await server.put("v4.saas.test", "A", values: ["192.0.2.1"], zone: Self.zone)
            let resolver = try AresResolver()
            let place = AuthoritativeServer(name: "ns1", address: "127.0.0.1", port: server.port)
            let name = try #require(DomainName("v4.saas.test"))
            let answers = try await withThrowingTaskGroup(of: AuthorityAnswer.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await resolver.answer(from: place, name: name, type: .a, within: .seconds(20)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 200)
            #expect(Set(answers) == [.records(AnsweredRecords(.a, ttl: 60, values: ["192.0.2.1"]))])
        }
    }
}
