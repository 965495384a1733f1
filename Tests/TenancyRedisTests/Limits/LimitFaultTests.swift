import Foundation
import Redis
import RedisTestSupport
import Tenancy
import TenancyRedis
import Testing

@Suite("Limits while Redis fails")
struct LimitFaultTests {
    static let quick = SharedLimitSettings(deadline: .milliseconds(25), pause: .milliseconds(300))
    private static let lost = "warning Each process counts by itself while Redis does not answer"
    private static let back = "notice Counts are shared through Redis again"

    /// Takes until refused; how many were let in, and the longest time that one took.
    private func drain(_ limiter: SharedRateLimiter, _ charge: RateLimitCharge) async -> (allowed: Int, Duration) {
        var allowed = 0
        var longest = Duration.zero
        while true {
            let start = ContinuousClock.now
            let decision = await limiter.take(charge)
            longest = max(longest, ContinuousClock.now - start)
            guard decision.isAllowed else { return (allowed, longest) }
            allowed += 1
        }
    }

    @Test func `A dead server: each process limits by itself, at once, and shares again when it is back`() async throws
    {
        try await LimitTrial.with { trial in
            let limiters = [trial.limiter(), trial.limiter()]
            let owner = LimitSubject(TenantID.random())
            let charge = LimitTrial.charge(owner, 0.001, 10)
            for number in 0..<4 { #expect(await limiters[number % 2].take(charge).isAllowed) }
            try await trial.server.stop()
            try await LimitTrial.until("lost") { !trial.client.isConnected }
            for limiter in limiters {
                // Two of ten are used up here: nobody gets a fresh burst because Redis died.
                let (allowed, longest) = await self.drain(limiter, charge)
                #expect(allowed == 8)
                #expect(longest < .seconds(1))
            }
            #expect(trial.lines.all == [Self.lost, Self.lost])
            try await trial.server.startAgain()
            try await LimitTrial.until("back") {
                _ = await limiters[0].take(LimitTrial.charge(LimitSubject(UserID.random()), 1_000, 1_000))
                return trial.lines.all.contains(Self.back)
            }
            // What this process has let in counts although the server has forgotten it.
            #expect(await !limiters[0].take(charge).isAllowed)
        }
    }

    @Test func `A server that hangs costs one deadline, then nobody waits; one asks again after each pause`()
        async throws
    {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter(Self.quick)
            func take() async -> Duration {
                let start = ContinuousClock.now
                _ = await limiter.take(LimitTrial.charge(LimitSubject(UserID.random()), 1, 5))
                return ContinuousClock.now - start
            }
            _ = await take()
            try await trial.server.pause()
            let first = await take()
            #expect(first < .seconds(5))
            let end = ContinuousClock.now + .milliseconds(1_500)
            var count = 0
            while ContinuousClock.now < end {
                _ = await take()
                count += 1
            }
            // Were each to wait for the deadline, it would be sixty.
            #expect(count > 300)
            #expect(trial.lines.all == [Self.lost])
            trial.server.resume()
            try await LimitTrial.until("back") {
                _ = await take()
                return trial.lines.all.contains(Self.back)
            }
            #expect(trial.lines.all == [Self.lost, Self.back])
        }
    }

    @Test func `Many at one time while it hangs wait once together`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter(Self.quick)
            _ = await limiter.take(LimitTrial.charge(LimitSubject(UserID.random()), 1, 5))
            try await trial.server.pause()
            let start = ContinuousClock.now
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        for _ in 0..<20 {
                            let charge = LimitTrial.charge(LimitSubject(UserID.random()), 1, 5)
                            #expect(await limiter.take(charge).isAllowed)
                        }
                    }
                }
            }
            // Four thousand deadlines, of which two hundred run at a time, and none of it under load.
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(trial.lines.all == [Self.lost])
            trial.server.resume()
        }
    }

    @Test func `A full server refuses to write: local`() async throws {
        try await LimitTrial.with(options: ["--maxmemory", "1", "--maxmemory-policy", "noeviction"]) { trial in
            let limiter = trial.limiter()
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.001, 7)
            #expect(await self.drain(limiter, charge).allowed == 7)
            #expect(trial.lines.all == [Self.lost])
        }
    }

    @Test func `A flushed server gives no process more than its own limit`() async throws {
        try await LimitTrial.with { trial in
            let limiters = [trial.limiter(), trial.limiter()]
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.001, 10)
            for _ in 0..<6 { #expect(await limiters[0].take(charge).isAllowed) }
            _ = try await trial.client.send(RedisCommand("FLUSHALL"))
            #expect(await self.drain(limiters[0], charge).allowed == 4)
            #expect(await self.drain(limiters[1], charge).allowed == 6)
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `A server that has forgotten the script gets it again`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.001, 6)
            for _ in 0..<3 {
                #expect(await limiter.take(charge).isAllowed)
                _ = try await trial.client.send(RedisCommand("SCRIPT", "FLUSH"))
            }
            #expect(await self.drain(limiter, charge).allowed == 3)
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `A replica that takes no writes: local`() async throws {
        try await LimitTrial.with { trial in
            _ = try await trial.client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
            let limiter = trial.limiter()
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.001, 5)
            #expect(await self.drain(limiter, charge).allowed == 5)
            #expect(trial.lines.all == [Self.lost])
        }
    }

    @Test func `A request that nobody waits for any more is no fault of Redis`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            try await trial.server.pause()
            // To be cancelled it has to be a task of its own; the test waits for it.
            let waiting = Task {
                await limiter.take(LimitTrial.charge(LimitSubject(TenantID.random()), 1, 5))
            }
            waiting.cancel()
            #expect(await waiting.value.isAllowed)
            trial.server.resume()
            #expect(trial.lines.all.isEmpty)
        }
    }
}
