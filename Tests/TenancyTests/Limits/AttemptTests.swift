import Foundation
import Testing

@testable import Tenancy

@Suite("Attempts at accounts")
struct AttemptTests {
    let clock = HandClock()
    let limiter: LocalAttemptLimiter
    let account = LimitSubject(UserID.random())
    let policy = BackOff(free: 3, first: .seconds(1), longest: .seconds(60), memory: .seconds(3_600))

    init() {
        let clock = self.clock
        self.limiter = LocalAttemptLimiter(capacity: 256, now: { clock.now })
    }

    func address(_ text: String) -> LimitSubject { LimitSubject(network: IPAddress(text)) }

    @Test func `A few are free, then each waits twice as long as the one before, up to a bound`() async {
        let stranger = self.address("192.0.2.1")
        for _ in 0..<3 { #expect(await self.limiter.begin(self.account, from: stranger, self.policy).isAllowed) }
        var pauses: [Int64] = []
        for _ in 0..<9 {
            #expect(await self.limiter.begin(self.account, from: stranger, self.policy).isAllowed)
            let refused = await self.limiter.begin(self.account, from: stranger, self.policy)
            pauses.append(refused.wait / 1_000_000_000)
            self.clock.advance(Double(refused.wait) / 1e9)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        self.clock.advance(3_600)
        #expect(await self.limiter.begin(self.account, from: stranger, self.policy).attempts == 1)
    }

    @Test func `A thousand at one time are as many as one after the other`() async {
        let allowed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    let address = LimitSubject(network: IPAddress(version4: UInt32(number)))
                    return await self.limiter.begin(self.account, from: address, self.policy).isAllowed
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(allowed == 4)
    }

    @Test func `A success clears the account's count, and a stranger holds up nobody at a known address`() async {
        let home = self.address("192.0.2.7")
        for _ in 0..<2 { _ = await self.limiter.begin(self.account, from: home, self.policy) }
        let third = await self.limiter.begin(self.account, from: home, self.policy)
        await self.limiter.succeeded(self.account, from: home, third)
        // Strangers fill the account's count up.
        var wait: Int64 = 0
        for number in 0..<20 {
            wait = await self.limiter.begin(
                self.account, from: LimitSubject(network: IPAddress(version4: UInt32(number))), self.policy
            ).wait
        }
        #expect(wait > 0)
        // The owner's place has a small allowance of its own - and no more than that.
        for _ in 0..<4 { #expect(await self.limiter.begin(self.account, from: home, self.policy).isAllowed) }
        #expect(await !self.limiter.begin(self.account, from: home, self.policy).isAllowed)
        // The owner's success there says nothing about strangers.
        self.clock.advance(1)
        let again = await self.limiter.begin(self.account, from: home, self.policy)
        await self.limiter.succeeded(self.account, from: home, again)
        #expect(await self.limiter.begin(self.account, from: home, self.policy).attempts == 1)
        let stranger = self.address("198.51.100.1")
        #expect(await self.limiter.begin(self.account, from: stranger, self.policy).attempts > 4)
    }

    @Test func `Attempts at a flood of other accounts do not free the one that is held`() async {
        let stranger = self.address("192.0.2.1")
        for _ in 0..<4 { _ = await self.limiter.begin(self.account, from: stranger, self.policy) }
        for _ in 0..<50_000 {
            _ = await self.limiter.begin(LimitSubject(UserID.random()), from: stranger, self.policy)
        }
        #expect(await !self.limiter.begin(self.account, from: stranger, self.policy).isAllowed)
    }

    @Test func `Pauses do not overflow`() {
        let long = BackOff(free: 0, first: .seconds(1 << 40), longest: .seconds(1 << 60), memory: .zero)
        #expect(long.pause(after: 1_000_000) == long.longest)
        #expect(long.free == 1 && long.memory >= long.longest)
        #expect(BackOff.signIn.pause(after: 5) == 0)
        #expect(BackOff.signIn.pause(after: 6) == 1_000_000_000)
        #expect(BackOff.signIn.pause(after: .max) == 900 * 1_000_000_000)
    }
}
