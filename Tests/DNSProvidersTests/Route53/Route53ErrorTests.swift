import DNS
import Foundation
import NIOHTTP1
import Testing

@testable import DNSProviders

@Suite(.timeLimit(.minutes(2))) struct Route53ErrorTests {
    private typealias Answer = CannedRoute53.Answer

    private static func zone() throws -> DomainName { try #require(DomainName("saas.test")) }

    @Test(arguments: [
        (400, "Throttling", DNSProviderError.Kind.throttled), (400, "PriorRequestNotComplete", .throttled),
        (429, "TooManyRequests", .throttled), (403, "AccessDenied", .unauthorized),
        (403, "InvalidClientTokenId", .unauthorized), (403, "SignatureDoesNotMatch", .unauthorized),
        (400, "ExpiredToken", .unauthorized), (400, "RequestExpired", .unauthorized), (401, "Other", .unauthorized),
        (404, "NoSuchHostedZone", .unknownZone), (400, "InvalidInput", .refused), (400, "LimitsExceeded", .refused),
        (503, "ServiceUnavailable", .unavailable), (500, "InternalFailure", .unavailable), (500, "Other", .unavailable),
    ])
    func codesAreUnderstood(status: Int, code: String, kind: DNSProviderError.Kind) async throws {
        let answers: [Answer] = [.zone, .error(status, code, headers: ["Retry-After": "7"])]
        try await CannedRoute53.use(answers) { provider, _ in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            #expect(error?.kind == kind && error?.retryAfter == .seconds(7))
            #expect(error?.description.hasPrefix("Route 53, zone saas.test: ") == true)
            #expect(error?.debugDescription.contains(code) == true)
        }
    }

    @Test(arguments: [
        Answer(body: ""), Answer(body: "<html>a portal</html>"), Answer(body: "<ListResourceRecordSetsResponse>"),
        Answer(body: "<ListResourceRecordSetsResponse></ListResourceRecordSetsResponse>"),
        Answer(status: 404, body: "not found"), Answer(status: 400, body: ""),
    ])
    private func otherAnswersAreUnreadable(answer: Answer) async throws {
        try await CannedRoute53.use([.zone, answer]) { provider, _ in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            #expect(error?.kind == .unreadable && error?.isTransient == true)
        }
        try await CannedRoute53.use([answer]) { provider, _ in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            #expect(error?.kind == .unreadable)
        }
    }

    /// A change whose answer is empty may have happened: it is asked for again, and found done.
    @Test func emptyAnswerToAChangeIsUnreadable() async throws {
        let set = try RecordSet(try #require(DomainName("a.saas.test")), .a, ttl: 60, values: ["192.0.2.1"])
        try await CannedRoute53.use([.zone, .sets(""), Answer(body: "")]) { provider, _ in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.apply([.create(set)], to: Self.zone())
            }
            #expect(error?.kind == .unreadable)
        }
    }

    // MARK: Zones

    @Test func rememberedZoneThatIsNoMoreIsLookedUpAgain() async throws {
        let answers: [Answer] = [
            .zone, .sets(""), .sets(""), .error(404, "NoSuchHostedZone"), .zones([("Z2", "saas.test.", false)]),
            .sets(""),
        ]
        try await CannedRoute53.use(answers) { provider, server in
            let zone = try Self.zone()
            for _ in 0..<3 { #expect(try await provider.records(in: zone, at: nil).isEmpty) }
            #expect(server.asked.last?.contains("/hostedzone/Z2/") == true)
            #expect(server.asked.count { $0.contains("hostedzonesbyname") } == 2)
        }
    }

    @Test func zonesOfOneNameAreListedToTheirEnd() async throws {
        let answers: [Answer] = [
            .zones([("Z1", "saas.test.", true), ("Z2", "saas.test.", false)], next: "Z3"),
            .zones([("Z3", "saas.test.", false), ("Z4", "www.saas.test.", false)]),
        ]
        try await CannedRoute53.use(answers) { provider, server in
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            #expect(error?.kind == .refused && error?.reason.contains("2 public zones") == true)
            #expect(error?.reason.contains("Z2, Z3") == true)
            #expect(server.asked.last?.contains("hostedzoneid=Z3") == true)
        }
    }

    // MARK: Signatures and secrets

    @Test func requestsAreSignedAsTheyAreSent() async throws {
        let mark = try RecordSet(try #require(DomainName("*.saas.test")), .txt, ttl: 60, values: ["a & <b>"])
        let answers: [Answer] = [.zone, .sets(""), .change("PENDING")]
        try await CannedRoute53.use(answers) { provider, server in
            _ = try await provider.apply([.create(mark)], to: Self.zone())
            #expect(server.requests.count == 3)
            for request in server.requests { try Self.expectSigned(request) }
        }
    }

    /// Signs what arrived once more, as Route 53 does.
    private static func expectSigned(_ request: TestHTTPServer.Request) throws {
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let query = parts.dropFirst().flatMap { $0.split(separator: "&") }.map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            return (name: sides[0], value: sides.count == 2 ? sides[1] : "")
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        let moment = try #require(request.headers.first(name: "x-amz-date"))
        let expected = SignatureV4(
            credential: .init(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: CannedRoute53.secret, sessionToken: CannedRoute53.token),
            region: "us-east-1", service: "route53"
        ).headers(
            for: SignatureV4.Request(
                method: request.method.rawValue, host: try #require(request.headers.first(name: "host")),
                path: String(parts[0]), query: query, body: request.body),
            at: try #require(formatter.date(from: moment)))
        for header in expected { #expect(request.headers[header.name] == [header.value]) }
        #expect(request.headers["host"].count == 1)
        #expect(!"\(request)".contains(CannedRoute53.secret))
    }

    @Test func nothingShowsTheSecret() async throws {
        let answers: [Answer] = [.error(403, "SignatureDoesNotMatch")]
        try await CannedRoute53.use(answers) { provider, _ in
            var texts = ["\(provider)", String(reflecting: provider)]
            let error = await #expect(throws: DNSProviderError.self) {
                try await provider.records(in: Self.zone(), at: nil)
            }
            texts += ["\(try #require(error))", String(reflecting: error)]
            let configuration = Route53Provider.Configuration(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: CannedRoute53.secret, sessionToken: CannedRoute53.token)
            texts += ["\(configuration)", String(reflecting: configuration)]
            dump(configuration, to: &texts[0])
            let credential = SignatureV4.Credential(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: CannedRoute53.secret, sessionToken: CannedRoute53.token)
            texts += ["\(credential)", String(reflecting: credential)]
            for text in texts {
                #expect(!text.contains(CannedRoute53.secret), "\(text)")
                #expect(!text.contains(CannedRoute53.token), "\(text)")
            }
            #expect(texts.contains { $0.contains("AKIDEXAMPLE") })
        }
    }
}
