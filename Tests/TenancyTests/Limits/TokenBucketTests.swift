import Testing

@testable import Tenancy

/// A generator whose numbers are the same in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

@Suite("Token bucket")
struct TokenBucketTests {
    static let second: Int64 = 1_000_000_000

    @Test func `A full bucket lets a burst in at once, and then one for each interval`() {
        let rate = BucketRate(RateLimit(perSecond: 10, burst: 3))
        var bucket = TokenBucket()
        var now: Int64 = 5_000
        for left in [2, 1, 0] as [Int64] {
            #expect(bucket.wait(rate, at: now) == 0)
            bucket.charge(rate, at: now)
            #expect(bucket.remaining(rate, at: now) == left)
        }
        #expect(bucket.wait(rate, at: now) == Self.second / 10)
        #expect(bucket.reset(rate, at: now) == Self.second / 10)
        now += Self.second / 10 - 1
        #expect(bucket.wait(rate, at: now) == 1)
        #expect(bucket.remaining(rate, at: now) == 0)
        now += 1
        #expect(bucket.wait(rate, at: now) == 0)
        #expect(bucket.remaining(rate, at: now) == 1)
        now += Self.second
        #expect(bucket.remaining(rate, at: now) == 3)
        #expect(bucket.debt(at: now) == 0)
        #expect(bucket.reset(rate, at: now) == 0)
    }

    @Test(arguments: [
        (1.0, 1), (3, 1), (7, 5), (50, 100), (1000, 2000), (0.1, 4), (0.33, 2), (999_999, 17), (12.5, 40),
    ])
    func `No window sees more than the burst and what the time in it grants`(_ perSecond: Double, _ burst: Int) {
        let rate = BucketRate(RateLimit(perSecond: perSecond, burst: burst))
        var dice = Dice(state: UInt64(burst) &* 977)
        for _ in 0..<20 {
            var bucket = TokenBucket()
            var now: Int64 = 1_000_000
            var admitted: [Int64] = []
            var refusedWithTokens = 0
            for _ in 0..<2_000 {
                // Bursts, steady streams just above and below the rate, and pauses.
                now += [0, 0, 1, rate.interval / 2, rate.interval - 1, rate.interval, rate.interval + 1, rate.depth]
                    .randomElement(using: &dice)!
                if bucket.wait(rate, at: now) == 0 {
                    bucket.charge(rate, at: now)
                    admitted.append(now)
                } else if bucket.remaining(rate, at: now) > 0 {
                    refusedWithTokens += 1
                }
            }
            #expect(refusedWithTokens == 0)
            var worst = Int64.min
            for first in admitted.indices {
                for last in first..<min(first + 200, admitted.count) {
                    let time = Double(admitted[last] - admitted[first]) / 1e9
                    let bound = Int64(Double(rate.burst) + (time * perSecond).rounded(.down)) + 1
                    worst = max(worst, Int64(last - first + 1) - bound)
                }
            }
            #expect(worst <= 0)
        }
    }

    @Test func `Asked without end, it lets in exactly what the rate says, years later too`() {
        let rate = BucketRate(RateLimit(perSecond: 3, burst: 5))
        var bucket = TokenBucket()
        var count: Int64 = 0
        // A clock that has run for a hundred years.
        let start: Int64 = 3_155_760_000 * Self.second
        var now = start
        while now < start + 3_600 * Self.second {
            let wait = bucket.wait(rate, at: now)
            if wait == 0 {
                bucket.charge(rate, at: now)
                count += 1
            } else {
                now += wait
            }
        }
        #expect(count == 5 + 3 * 3_600 - 1 || count == 5 + 3 * 3_600)
    }

    @Test func `A clock that goes backwards costs a burst at most`() {
        let rate = BucketRate(RateLimit(perSecond: 1, burst: 2))
        var bucket = TokenBucket()
        bucket.charge(rate, at: 3_600 * Self.second)
        #expect(bucket.wait(rate, at: 5) == Self.second)
        bucket.charge(rate, at: 5)
        #expect(bucket.remaining(rate, at: 5 + 2 * Self.second) == 2)
    }

    @Test func `What was given back can be used again`() {
        let rate = BucketRate(RateLimit(perSecond: 1, burst: 1))
        var bucket = TokenBucket()
        bucket.charge(rate, at: Self.second)
        #expect(bucket.wait(rate, at: Self.second) > 0)
        bucket.refund(rate)
        #expect(bucket.wait(rate, at: Self.second) == 0)
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e-300, 1e300, -.infinity])
    func `A limit that makes no sense becomes one that does`(_ perSecond: Double) {
        for burst in [Int.min, -1, 0, 1, Int.max] {
            let rate = BucketRate(RateLimit(perSecond: perSecond, burst: burst))
            #expect(rate.interval >= 1 && rate.burst >= 1 && rate.depth == rate.interval * rate.burst)
            var bucket = TokenBucket()
            bucket.charge(rate, at: 1)
            #expect(bucket.remaining(rate, at: 1) == rate.burst - 1)
            #expect(rate.window >= 1)
        }
    }
}
