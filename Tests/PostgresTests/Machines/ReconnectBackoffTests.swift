import Testing

@testable import Postgres

@Suite struct ReconnectBackoffTests {
    private let start = ContinuousClock.now

    @Test func doublesUpToTheLimit() {
        var backoff = ReconnectBackoff(base: .milliseconds(100), limit: .seconds(1))
        var bounds: [Duration] = []
        for _ in 1...6 {
            backoff.failed(self.start, random: 1)
            bounds.append((backoff.notBefore ?? self.start) - self.start)
        }
        #expect(
            bounds == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1),
                .seconds(1),
            ])
    }

    @Test func jitterIsFull() {
        var backoff = ReconnectBackoff(base: .milliseconds(100), limit: .seconds(1))
        backoff.failed(self.start, random: 0)
        #expect(backoff.allows(self.start))
        backoff.failed(self.start, random: 0.5)
        #expect(!backoff.allows(self.start + .milliseconds(99)))
        #expect(backoff.allows(self.start + .milliseconds(100)))
    }

    @Test func successForgetsFailures() {
        var backoff = ReconnectBackoff()
        backoff.failed(self.start, random: 1)
        backoff.succeeded()
        #expect(backoff.allows(self.start))
        #expect(backoff.failures == 0)
    }

    @Test func manyFailuresDoNotOverflow() {
        var backoff = ReconnectBackoff()
        for _ in 1...200 { backoff.failed(self.start, random: 1) }
        #expect(backoff.notBefore == self.start + .seconds(5))
    }
}
