import AsyncHTTPClient
import DNS
import DNSProviders
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct CloudflareErrorTests {
    private static let zone = "saas.test"

    private static func provider(
        _ url: URL, token: String = CloudflareServer.token, zoneID: String? = nil
    ) -> CloudflareProvider {
        CloudflareProvider(
            CloudflareProvider.Configuration(apiToken: token, endpoint: url, zoneID: zoneID), client: .shared)
    }

    private static func zoneName() throws -> DomainName { try #require(DomainName(Self.zone)) }

    private static func failure(of provider: CloudflareProvider) async throws -> DNSProviderError {
        let zone = try Self.zoneName()
        let error = await #expect(throws: DNSProviderError.self) { try await provider.records(in: zone, at: nil) }
        return try #require(error)
    }

    @Test(arguments: ["", "short", "another-token-that-is-wrong"])
    func wrongTokenIsNamedAndNotShown(token: String) async throws {
        try await CloudflareServer.use(zone: Self.zone) { _, url in
            let error = try await Self.failure(of: Self.provider(url, token: token))
            #expect(error.kind == .unauthorized && !error.isTransient)
            #expect(error.description.hasPrefix("Cloudflare, zone saas.test: the token is not accepted"))
            #expect(token.isEmpty || !error.debugDescription.contains(token))
        }
    }

    @Test func tokenIsInNoDescription() async throws {
        let token = CloudflareServer.token
        let configuration = CloudflareProvider.Configuration(apiToken: token)
        var dumped = ""
        dump(configuration, to: &dumped)
        let provider = CloudflareProvider(configuration, client: .shared)
        // Not the client: it has requests of other tests.
        dump(provider, to: &dumped, maxDepth: 3)
        for text in [
            "\(configuration)", String(reflecting: configuration), dumped, "\(provider)", String(reflecting: provider),
        ] { #expect(!text.contains(token)) }
        #expect("\(configuration)".contains("https://api.cloudflare.com/client/v4"))
        // Not even if it is sent back.
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.answerNext(400, #"{"success":false,"errors":[{"code":1004,"message":"no \#(token)"}]}"#)
            let error = try await Self.failure(of: Self.provider(url))
            #expect(error.kind == .refused && !error.debugDescription.contains(token))
            #expect(error.detail?.contains("no (the token)") == true)
        }
    }

    @Test func otherZonesAreNotFound() async throws {
        try await CloudflareServer.use(zone: "other.test") { server, url in
            let missing = try await Self.failure(of: Self.provider(url))
            #expect(missing.kind == .unknownZone && !missing.isTransient)
            // An id of another zone: names would be taken for relative to that.
            let wrong = try await Self.failure(of: Self.provider(url, zoneID: CloudflareServer.zoneID))
            #expect(wrong.kind == .unknownZone && wrong.reason.contains("another name"))
            let unknown = try await Self.failure(of: Self.provider(url, zoneID: "ffffffffffffffff"))
            #expect(unknown.kind == .unknownZone)
            #expect(server.records.isEmpty)
        }
    }

    @Test func severalZonesOfOneNameNeedAnID() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.haveZones(2)
            let error = try await Self.failure(of: Self.provider(url))
            #expect(error.kind == .unknownZone && error.reason.contains("cloudflare.zoneID"))
            let provider = Self.provider(url, zoneID: CloudflareServer.zoneID)
            #expect(try await provider.records(in: Self.zoneName(), at: nil).isEmpty)
        }
    }

    @Test func nameOutsideOfTheZoneIsRefused() async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            let outside = try RecordSet(try #require(DomainName("a.example")), .a, ttl: 60, values: ["192.0.2.1"])
            let error = await #expect(throws: DNSProviderError.self) {
                try await Self.provider(url).apply([.create(outside)], to: try Self.zoneName())
            }
            #expect(error?.kind == .refused && server.records.isEmpty)
        }
    }

    @Test(arguments: [
        (200, 10000, DNSProviderError.Kind.unauthorized), (400, 6003, .unauthorized), (403, 9109, .unauthorized),
        (400, 9106, .unauthorized), (400, 9103, .unauthorized), (500, 10000, .unavailable), (400, 971, .throttled),
        (429, 10429, .throttled), (200, 10429, .throttled), (429, 10000, .throttled), (400, 1003, .refused),
        (400, 9005, .refused), (200, 9021, .refused), (400, 99999, .refused), (404, 7003, .unknownZone),
        (404, 81044, .conflict), (400, 81057, .conflict), (400, 81053, .conflict), (502, 0, .unavailable),
    ])
    func numbersHaveAMeaning(status: Int, code: Int, kind: DNSProviderError.Kind) async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.answerNext(
                status, #"{"success":false,"errors":[{"code":\#(code),"message":"their words"}],"result":null}"#,
                headers: ["retry-after": "7"])
            let error = try await Self.failure(of: Self.provider(url))
            #expect(error.kind == kind && error.retryAfter == .seconds(7))
            #expect(!error.description.contains("their words") && error.debugDescription.contains("their words"))
        }
    }

    @Test(arguments: [
        (200, "", DNSProviderError.Kind.unreadable), (200, "{}", .unreadable), (200, "<html>", .unreadable),
        (200, #"{"success":true,"result":null}"#, .unreadable), (200, #"{"success":true,"result":[]}"#, .unreadable),
        (404, "<html>", .unreadable), (302, "", .refused), (503, "<html>", .unavailable),
        (403, "<html>", .unauthorized), (429, "", .throttled),
    ])
    func otherAnswersAreNotTakenForResults(status: Int, body: String, kind: DNSProviderError.Kind) async throws {
        try await CloudflareServer.use(zone: Self.zone) { server, url in
            server.answerNext(status, body)
            let error = try await Self.failure(of: Self.provider(url))
            #expect(error.kind == kind)
        }
    }
}
