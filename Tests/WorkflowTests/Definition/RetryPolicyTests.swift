import Testing
import Workflow

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(maximumAttempts: 5, base: .milliseconds(100), cap: .seconds(1))

    @Test(arguments: [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (6, 1000), (1_000_000, 1000)])
    func `the bound doubles up to the cap`(failures: Int, bound: Int) {
        let longest = self.policy.delay(afterFailures: failures, retryAfter: nil, jitter: 1)
        #expect(longest == .milliseconds(bound))
        #expect(self.policy.delay(afterFailures: failures, retryAfter: nil, jitter: 0) == .zero)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `a pause is within its bounds`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let policy = RetryPolicy(
                maximumAttempts: .random(in: -2...20, using: &random),
                base: .milliseconds(Int.random(in: 0...5_000, using: &random)),
                cap: .milliseconds(Int.random(in: 0...60_000, using: &random)))
            #expect(policy.maximumAttempts >= 1)
            let failures = Int.random(in: -1...100, using: &random)
            let asked: Duration? =
                Bool.random(using: &random) ? .seconds(Int.random(in: 0...90_000, using: &random)) : nil
            let pause = policy.delay(
                afterFailures: failures, retryAfter: asked, jitter: .random(in: -0.5...1.5, using: &random))
            let lower = min(asked ?? .zero, RetryPolicy.longestRetryAfter)
            #expect(pause >= lower)
            #expect(pause <= max(policy.cap, lower))
            #expect(failures > 1 || pause <= max(min(policy.base, policy.cap), lower))
        }
    }

    @Test func `the jitter spreads evenly`() {
        var random = SeededGenerator(seed: 7)
        let pauses = (0..<4_000).map { _ in
            self.policy.delay(afterFailures: 4, retryAfter: nil, jitter: .random(in: 0...1, using: &random))
        }
        let mean = pauses.reduce(Duration.zero, +) / pauses.count
        #expect(mean > .milliseconds(380) && mean < .milliseconds(420))
        #expect(pauses.contains { $0 < .milliseconds(40) } && pauses.contains { $0 > .milliseconds(760) })
    }

    @Test func `nobody can park a run for good`() {
        let pause = self.policy.delay(afterFailures: 1, retryAfter: .seconds(Int64.max), jitter: 0)
        #expect(pause == .seconds(86_400))
    }

    @Test func `milliseconds are cut, not rounded, and do not overflow`() {
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.seconds(-1.5).wholeMilliseconds == -1_500)
        #expect(Duration.seconds(90).wholeMilliseconds == 90_000)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
    }
}
