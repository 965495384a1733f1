import AsyncHTTPClient
import DNS
import DNSProviders
import Foundation
import Synchronization
import Testing

/// Answers that lead elsewhere, and answers that do not end.
@Suite(.timeLimit(.minutes(2))) struct ProviderAnswerFaultTests {
    /// The one that a redirect names would get the key, the token or the signature.
    @Test(arguments: FaultyProvider.allCases, [301, 302, 303, 307, 308])
    func redirectIsNotFollowed(provider: FaultyProvider, status: Int) async throws {
        let zone = try #require(DomainName(FaultyProvider.zone))
        let (asked, strangers) = (Counter(), Counter())
        try await TestHTTPServer.use(handler: { _ in strangers.count() }) { stranger in
            let headers = ["location": stranger.appending(path: "elsewhere").absoluteString]
            let reply = TestHTTPServer.Reply.answer(status: status, headers: headers)
            try await TestHTTPServer.use(handler: { _ in asked.count(reply) }) { url in
                let error = await #expect(throws: DNSProviderError.self) {
                    try await provider.provider(at: url).records(in: zone, at: nil)
                }
                #expect(error?.kind == .refused && error?.isTransient == false)
                #expect(error?.reason.contains("redirect") == true)
            }
        }
        #expect(asked.value == 1 && strangers.value == 0)
    }

    /// Nothing, and a byte now and then: no pause is ever too long, and the answer never ends.
    @Test(arguments: FaultyProvider.allCases, [nil, Duration.milliseconds(100), .seconds(1)])
    func answerThatDoesNotEndIsGivenUp(provider: FaultyProvider, pause: Duration?) async throws {
        let zone = try #require(DomainName(FaultyProvider.zone))
        try await TestHTTPServer.use(handler: { _ in .dripping(pause: pause) }) { url in
            let hasty = provider.provider(at: url, timeout: .seconds(2))
            let start = ContinuousClock.now
            let error = await #expect(throws: DNSProviderError.self) { try await hasty.records(in: zone, at: nil) }
            #expect(error?.kind == .unavailable && error?.isTransient == true)
            let time = ContinuousClock.now - start
            #expect(time >= .seconds(2) && time < .seconds(6))
        }
    }

    @Test func callerThatIsCancelledIsNotToldOfATimeout() async throws {
        let zone = try #require(DomainName(FaultyProvider.zone))
        let asked = AsyncStream<Void>.makeStream()
        let reply: @Sendable (TestHTTPServer.Request) -> TestHTTPServer.Reply = { _ in
            asked.continuation.yield()
            return .dripping(pause: nil)
        }
        try await TestHTTPServer.use(handler: reply) { url in
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await FaultyProvider.powerDNS.provider(at: url, timeout: .seconds(60))
                        .records(in: zone, at: nil)
                }
                for await _ in asked.stream { break }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }

    /// How often a server was asked.
    private final class Counter: Sendable {
        private let held = Mutex(0)

        var value: Int { self.held.withLock { $0 } }

        func count(_ reply: TestHTTPServer.Reply = .nothing) -> TestHTTPServer.Reply {
            self.held.withLock { $0 += 1 }
            return reply
        }
    }
}
