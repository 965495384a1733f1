import Foundation
import Redis
import RedisTestSupport
import Tenancy
import TenancyRedis
import Testing

@Suite("Attempts counted in Redis")
struct SharedAttemptTests {
    let account = LimitSubject(UserID.random())
    let policy = BackOff(free: 3, first: .seconds(30), longest: .seconds(60), memory: .seconds(3_600))
    let home = LimitSubject(network: IPAddress("192.0.2.7"))
    let stranger = LimitSubject(network: IPAddress("198.51.100.1"))

    @Test func `All processes count together; a few are free, then it waits longer and longer`() async throws {
        try await LimitTrial.with { trial in
            let limiters = [trial.attempts(), trial.attempts()]
            for number in 0..<4 {
                let decision = await limiters[number % 2].begin(self.account, from: self.stranger, self.policy)
                #expect(decision == AttemptDecision(wait: 0, attempts: number + 1, isKnownAddress: false))
            }
            for limiter in limiters {
                let refused = await limiter.begin(self.account, from: self.stranger, self.policy)
                #expect((25...30).contains(refused.wait / 1_000_000_000))
                #expect(refused.attempts == 4)
            }
            let other = await limiters[0].begin(LimitSubject(UserID.random()), from: self.stranger, self.policy)
            #expect(other.isAllowed)
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `The longest pause is a bound, also for a clock that was set back`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.attempts()
            _ = try await trial.client.send(
                RedisCommand("SET", .text("bulkhead:attempts:{\(self.account)}"), "99:99999999999999"))
            let refused = await limiter.begin(self.account, from: self.stranger, self.policy)
            #expect(refused.wait == 60_000_000_000)
            // It runs from now on, and not from each question.
            let short = BackOff(free: 3, first: .milliseconds(50), longest: .milliseconds(50), memory: .seconds(60))
            #expect(await !limiter.begin(self.account, from: self.stranger, short).isAllowed)
            try await LimitTrial.until("let in", within: .seconds(5)) {
                await limiter.begin(self.account, from: self.stranger, short).isAllowed
            }
        }
    }

    @Test func `A success clears the account, and makes the address known everywhere`() async throws {
        try await LimitTrial.with { trial in
            let (one, two) = (trial.attempts(), trial.attempts())
            let first = await one.begin(self.account, from: self.home, self.policy)
            await one.succeeded(self.account, from: self.home, first)
            for _ in 0..<4 { _ = await one.begin(self.account, from: self.stranger, self.policy) }
            #expect(await !two.begin(self.account, from: self.stranger, self.policy).isAllowed)
            for number in 1...4 {
                let decision = await two.begin(self.account, from: self.home, self.policy)
                #expect(decision == AttemptDecision(wait: 0, attempts: number, isKnownAddress: true))
            }
            #expect(await !one.begin(self.account, from: self.home, self.policy).isAllowed)
            // No success of the owner's at home gives strangers anything.
            await two.succeeded(
                self.account, from: self.home, AttemptDecision(wait: 0, attempts: 1, isKnownAddress: true))
            #expect(await two.begin(self.account, from: self.home, self.policy).attempts == 1)
            #expect(await !two.begin(self.account, from: self.stranger, self.policy).isAllowed)
        }
    }

    @Test func `An attempt that came to nothing is not counted, anywhere`() async throws {
        try await LimitTrial.with { trial in
            let (one, two) = (trial.attempts(), trial.attempts())
            for _ in 0..<10 {
                let attempt = await one.begin(self.account, from: self.stranger, self.policy)
                #expect(attempt == AttemptDecision(wait: 0, attempts: 1, isKnownAddress: false))
                await two.withdrawn(self.account, from: self.stranger, attempt)
            }
            #expect(
                try await trial.client.send(
                    RedisCommand("PTTL", .text("bulkhead:attempts:{\(self.account)}"))
                ).integer ?? -1 > 0)
            try await trial.server.stop()
            try await LimitTrial.until("lost") { !trial.client.isConnected }
            let local = trial.attempts()
            for _ in 0..<10 {
                let attempt = await local.begin(self.account, from: self.stranger, self.policy)
                #expect(attempt.attempts == 1)
                await local.withdrawn(self.account, from: self.stranger, attempt)
            }
        }
    }

    @Test func `Without Redis each process goes on from what it has seen`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.attempts()
            for _ in 0..<3 { _ = await limiter.begin(self.account, from: self.stranger, self.policy) }
            try await trial.server.stop()
            try await LimitTrial.until("lost") { !trial.client.isConnected }
            let fourth = await limiter.begin(self.account, from: self.stranger, self.policy)
            #expect(fourth == AttemptDecision(wait: 0, attempts: 4, isKnownAddress: false))
            #expect(await !limiter.begin(self.account, from: self.stranger, self.policy).isAllowed)
            #expect(trial.lines.all.count == 1)
        }
    }

    @Test func `Keys are forgotten, hold no address of a person, and are in one place of a cluster`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.attempts()
            let decision = await limiter.begin(self.account, from: self.home, self.policy)
            await limiter.succeeded(self.account, from: self.home, decision)
            _ = await limiter.begin(self.account, from: self.stranger, self.policy)
            let keys = try await trial.client.send(RedisCommand("KEYS", "*")).array?.compactMap(\.text) ?? []
            #expect(keys.count == 2)
            for key in keys {
                #expect(key.contains("{\(self.account)}"))
                #expect(try await trial.client.send(RedisCommand("PTTL", .text(key))).integer ?? -1 > 0)
            }
        }
    }
}
