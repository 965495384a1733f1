import Foundation
import Redis
import Synchronization
import Tenancy
import TenancyRedis
import Testing

/// Counts what many tasks do.
private final class Total: Sendable {
    private let count = Atomic(0)
    var value: Int { self.count.load(ordering: .relaxed) }
    func addOne() { self.count.add(1, ordering: .relaxed) }
}

@Suite("Limits shared through Redis")
struct SharedRateLimiterTests {
    @Test func `Two processes have one budget, and neither finds a token that the other has used`() async throws {
        try await LimitTrial.with { trial in
            let limiters = [trial.limiter(), trial.limiter()]
            let owner = LimitSubject(TenantID.random())
            // So slow that nothing is added while the test runs.
            let charge = LimitTrial.charge(owner, 0.000_1, 20)
            var allowed = 0
            var remaining: [Int64] = []
            for round in 0..<40 {
                let decision = await limiters[round % 2].take(charge)
                if decision.isAllowed { allowed += 1 }
                remaining.append(decision.standing?.remaining ?? -1)
            }
            #expect(allowed == 20)
            #expect(remaining.prefix(20) == Array((0..<20).reversed().map(Int64.init))[...])
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `However many lease at one time, all together get no more than the limit`() async throws {
        try await LimitTrial.with { trial in
            let limiters = (0..<4).map { _ in trial.limiter() }
            let owner = LimitSubject(TenantID.random())
            let charge = LimitTrial.charge(owner, 1_000, 1_600)
            let start = ContinuousClock.now
            let total = Total()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        // What leases waste is little, so that these are had in some two seconds.
                        while total.value < 3_600, ContinuousClock.now - start < .seconds(60) {
                            if await limiters[number % 4].take(charge).isAllowed { total.addOne() }
                            await Task.yield()
                        }
                    }
                }
            }
            let seconds = (ContinuousClock.now - start) / Duration.seconds(1)
            let allowed = total.value
            #expect(allowed >= 3_600)
            #expect(allowed <= 1_600 + Int(seconds * 1_000) + 1)
        }
    }

    @Test func `All buckets of a request are asked in one round trip, and hot ones mostly in none`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            let owner = LimitSubject(TenantID.random())
            let rate = BucketRate(RateLimit(perSecond: 10_000, burst: 10_000))
            let charge = RateLimitCharge(
                owner: owner,
                [.init("tenant", .everybody, rate), .init("member", owner, rate), .init("address", owner, rate)])
            #expect(await limiter.take(charge).isAllowed)
            let first = try await trial.commands("evalsha")
            #expect(first == 1)
            for _ in 0..<5_000 { #expect(await limiter.take(charge).isAllowed) }
            let trips = try await trial.commands("evalsha")
            #expect(trips < 200, "\(trips) round trips for 5,000 requests")
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `A refusal is remembered, so that it costs no round trip`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            let other = trial.limiter()
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.01, 2)
            for _ in 0..<2 { #expect(await limiter.take(charge).isAllowed) }
            #expect(await !other.take(charge).isAllowed)
            let trips = try await trial.commands("evalsha")
            for _ in 0..<200 {
                let decision = await other.take(charge)
                #expect(!decision.isAllowed)
                #expect((1...100).contains(decision.standing?.resetSeconds ?? 0))
            }
            #expect(try await trial.commands("evalsha") == trips)
        }
    }

    @Test func `One empty bucket of several refuses, and the others are charged nothing, anywhere`() async throws {
        try await LimitTrial.with { trial in
            let (one, two) = (trial.limiter(), trial.limiter())
            let owner = LimitSubject(TenantID.random())
            let tenant = RateLimitCharge.Bucket(
                "tenant", .everybody, BucketRate(RateLimit(perSecond: 0.001, burst: 10)))
            let member = RateLimitCharge.Bucket(
                "member", LimitSubject(UserID.random()), BucketRate(RateLimit(perSecond: 0.001, burst: 2)))
            let both = RateLimitCharge(owner: owner, [tenant, member])
            #expect(await one.take(both).isAllowed)
            #expect(await two.take(both).isAllowed)
            for limiter in [one, two, one, two, one, two] {
                let decision = await limiter.take(both)
                #expect(decision.standing?.name == "member" && !decision.isAllowed)
            }
            for left in (0..<8).reversed() {
                let limiter = left % 2 == 0 ? one : two
                #expect(await limiter.take(RateLimitCharge(owner: owner, [tenant])).standing?.remaining == Int64(left))
            }
            #expect(await !one.take(RateLimitCharge(owner: owner, [tenant])).isAllowed)
        }
    }

    @Test func `Tokens come back with time, by the server's clock`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            let charge = LimitTrial.charge(LimitSubject(TenantID.random()), 0.3, 1)
            #expect(await limiter.take(charge).isAllowed)
            #expect(await !limiter.take(charge).isAllowed)
            try await LimitTrial.until("a token") { await limiter.take(charge).isAllowed }
        }
    }

    @Test func `Keys have an end, and one place in a cluster`() async throws {
        try await LimitTrial.with { trial in
            let limiter = trial.limiter()
            let owner = LimitSubject(TenantID.random())
            let rate = BucketRate(RateLimit(perSecond: 0.01, burst: 60))
            _ = await limiter.take(
                RateLimitCharge(owner: owner, [.init("tenant", .everybody, rate), .init("address", owner, rate)]))
            let keys = try await trial.client.send(RedisCommand("KEYS", "*")).array?.compactMap(\.text) ?? []
            #expect(keys.count == 2)
            for key in keys {
                #expect(key.contains("{\(owner)}"))
                let lifetime = try await trial.client.send(RedisCommand("PTTL", .text(key))).integer ?? 0
                #expect((1...100_002).contains(lifetime))
            }
        }
    }

    @Test(arguments: ["", "nan", "-nan", "inf", "-inf", "1e400", "abc", "-5", "99999999999999999999", "0x7"])
    func `A value that is no time mends itself`(_ value: String) async throws {
        try await LimitTrial.with { trial in
            let owner = LimitSubject(TenantID.random())
            let key = "bulkhead:limit:{\(owner)}:tenant:\(LimitSubject.everybody)"
            try await trial.client.set(key, to: Array(value.utf8))
            let limiter = trial.limiter()
            let charge = LimitTrial.charge(owner, 1, 100)
            // At worst an empty bucket, which fills at its rate.
            try await LimitTrial.until("let in", within: .seconds(20)) { await limiter.take(charge).isAllowed }
            let healed = try await trial.client.get(key).map { String(decoding: $0, as: UTF8.self) }
            // Gone when the bucket is full again, which may be by now.
            #expect(healed.map { Double($0)?.isFinite == true } ?? true)
            #expect(trial.lines.all.isEmpty)
        }
    }

    @Test func `A key of another type mends itself`() async throws {
        try await LimitTrial.with { trial in
            let owner = LimitSubject(TenantID.random())
            let key = "bulkhead:limit:{\(owner)}:tenant:\(LimitSubject.everybody)"
            _ = try await trial.client.send(RedisCommand("LPUSH", .text(key), "x"))
            let limiter = trial.limiter()
            var allowed = 0
            for _ in 0..<5 where await limiter.take(LimitTrial.charge(owner, 0.001, 3)).isAllowed { allowed += 1 }
            #expect(allowed == 3)
            #expect(try await trial.client.get(key) != nil)
            #expect(trial.lines.all.isEmpty)
        }
    }
}
