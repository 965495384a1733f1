import AsyncHTTPClient
import DNS
import Foundation
import NIOHTTP1
import Testing

@testable import DNSProviders

@Suite struct ProviderAnswerTests {
    private static func answer(_ status: Int, retryAfter: String? = nil, body: String = "") -> ProviderAnswer {
        var headers = HTTPHeaders()
        if let retryAfter { headers.add(name: "Retry-After", value: retryAfter) }
        return ProviderAnswer(status: status, headers: headers, body: Data(body.utf8))
    }

    @Test(arguments: [
        ("7", Duration.seconds(7)), (" 0 ", .seconds(0)), ("-5", .seconds(0)), ("999999999", .seconds(86_400)),
        ("Mon, 23 Nov 2026 10:00:30 GMT", .seconds(30)), ("Mon, 23 Nov 2026 09:00:00 GMT", .seconds(0)),
    ])
    func timeToComeBackIsRead(text: String, expected: Duration) throws {
        // 2026-11-23 10:00:00 UTC.
        let now = Date(timeIntervalSince1970: 1_795_428_000)
        #expect(Self.answer(429, retryAfter: text).retryAfter(now: now) == expected)
    }

    @Test(arguments: [nil, "", "soon", "7.5"]) func otherTextsSayNothing(text: String?) {
        #expect(Self.answer(503, retryAfter: text).retryAfter() == nil)
    }

    @Test(arguments: [
        (401, DNSProviderError.Kind.unauthorized), (403, .unauthorized), (408, .unavailable), (429, .throttled),
        (500, .unavailable), (503, .unavailable),
    ])
    func statusesThatMeanTheSameEverywhere(status: Int, kind: DNSProviderError.Kind) throws {
        let zone = try #require(DomainName("example.com"))
        let client = ProviderClient(client: .shared, provider: "Test", timeout: .seconds(1))
        let error = client.commonError(Self.answer(status, retryAfter: "7", body: "line\nline"), about: zone)
        #expect(error?.kind == kind && error?.retryAfter == .seconds(7))
        #expect(error?.isTransient == (kind != .unauthorized))
        #expect(error?.debugDescription.contains("status \(status): line line") == true)
        #expect(client.commonError(Self.answer(404), about: zone) == nil)
    }

    @Test(arguments: ["", "plain", #"with "quotes""#, #"back\slash"#, #"\"both\\"#])
    func textsComeBackFromTheirQuotes(text: String) {
        #expect(QuotedText(presentation: QuotedText(text).presentation)?.text == text)
    }

    @Test(arguments: ["", "\"", "plain", #""two" "strings""#, #""\065""#, #""open\""#])
    func otherPresentationsAreNotRead(text: String) {
        #expect(QuotedText(presentation: text) == nil)
    }
}
