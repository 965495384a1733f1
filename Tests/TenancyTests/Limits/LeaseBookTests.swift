import Testing

@testable import Tenancy

@Suite("Leases")
struct LeaseBookTests {
    private static let second: Int64 = 1_000_000_000
    private let book = LeaseBook(capacity: 64)
    private let owner = LimitSubject(TenantID.random())
    private let tenant = RateLimitCharge.Bucket(
        "tenant", .everybody, BucketRate(RateLimit(perSecond: 1_000, burst: 1_600)))

    private func member() -> RateLimitCharge.Bucket {
        .init("member", LimitSubject(UserID.random()), BucketRate(RateLimit(perSecond: 1, burst: 10)))
    }

    /// Takes, and answers every question with what is asked for.
    private func take(_ buckets: [RateLimitCharge.Bucket], at now: Int64) -> (
        decision: RateLimitDecision, asked: [Int64]
    ) {
        let charge = RateLimitCharge(owner: self.owner, buckets)
        switch self.book.begin(charge, at: now, shares: true) {
        case .decided(let decision): return (decision, [])
        case .ask(let question):
            let grants = question.wanted.map { SharedGrant(granted: $0.count, remaining: 1_000, wait: 0) }
            return (self.book.settle(charge, question, grants, at: now), question.wanted.map(\.count))
        }
    }

    @Test func `Batches double while a bucket is hot, up to a sixteenth of the burst, and start again when it is not`()
    {
        var now = Self.second
        var asked: [Int64] = []
        for _ in 0..<400 {
            now += 1_000_000
            asked += self.take([self.tenant], at: now).asked
        }
        #expect(asked.prefix(8) == [1, 2, 4, 8, 16, 32, 50, 50])
        #expect(asked.allSatisfy { $0 <= 50 })
        now += 5 * Self.second
        #expect(self.take([self.tenant], at: now).asked == [1])
    }

    @Test func `What is given back is had by the next one, without a question`() {
        let now = Self.second
        let buckets = [self.member()]
        let charge = RateLimitCharge(owner: self.owner, buckets)
        for _ in 0..<10 { #expect(self.take(buckets, at: now).decision.isAllowed) }
        #expect(!self.take(buckets, at: now).decision.isAllowed)
        self.book.giveBack(charge, at: now, shares: true)
        let again = self.take(buckets, at: now)
        #expect(again.decision.isAllowed && again.asked.isEmpty)
        #expect(!self.take(buckets, at: now).decision.isAllowed)
    }

    @Test func `What is left of a lease ends with its time`() {
        var now = Self.second
        while self.take([self.tenant], at: now).asked.first != 8 { now += 1_000_000 }
        #expect(self.take([self.tenant], at: now).asked.isEmpty)
        now += LeasedBucket.leaseTime
        #expect(self.take([self.tenant], at: now).asked.count == 1)
    }

    @Test func `Only what no lease pays for is asked for, and while somebody asks the others want one each`() {
        let now = Self.second
        while self.take([self.tenant], at: now).asked != [4] {}
        let charge = RateLimitCharge(owner: self.owner, [self.tenant, self.member()])
        guard case .ask(let first) = self.book.begin(charge, at: now, shares: true),
            case .ask(let second) = self.book.begin(charge, at: now, shares: true)
        else { return #expect(Bool(false), "nobody is asked") }
        #expect(first.wanted.map(\.place) == [1] && first.wanted.map(\.count) == [1])
        #expect(second.wanted.map(\.place) == [1] && second.wanted.map(\.count) == [1])
        #expect(self.book.abandon(charge, first, at: now).isAllowed)
        #expect(self.book.abandon(charge, second, at: now).isAllowed)
    }

    @Test func `A refusal gives a lease back that had paid`() {
        let now = Self.second
        while self.take([self.tenant], at: now).asked != [4] {}
        // Three are left in the lease; three times a member is refused, and none of them is used.
        for _ in 0..<3 {
            let charge = RateLimitCharge(owner: self.owner, [self.tenant, self.member()])
            guard case .ask(let question) = self.book.begin(charge, at: now, shares: true) else {
                return #expect(Bool(false), "nobody is asked")
            }
            let no = SharedGrant(granted: 0, remaining: 0, wait: 7 * Self.second)
            let decision = self.book.settle(charge, question, [no], at: now)
            #expect(decision == .refused(.init(name: "member", limit: 10, remaining: 0, reset: 7 * Self.second)))
            // Nobody is asked again before the time is up.
            #expect(self.take([self.tenant, charge.buckets[1]], at: now + Self.second).asked.isEmpty)
        }
        let before = RateLimitCharge(owner: self.owner, [self.tenant])
        for left in (0..<3).reversed() {
            guard case .decided(.allowed(let standing)) = self.book.begin(before, at: now, shares: true) else {
                return #expect(Bool(false), "the lease is used up")
            }
            #expect(standing?.remaining == 1_000 + Int64(left))
        }
        guard case .ask = self.book.begin(before, at: now, shares: true) else {
            return #expect(Bool(false), "the lease had more than it was given")
        }
    }
}
