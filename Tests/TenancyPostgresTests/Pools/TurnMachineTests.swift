import Tenancy
import Testing

@testable import TenancyPostgres

/// Who may have a connection, without connections.
@Suite struct TurnMachineTests {
    @Test func oneTenantHasAsManyAsItsTierSays() {
        var trial = TurnTrial()
        for number in 1...4 { #expect(trial.arrive(number, of: 1) == true) }
        #expect(trial.arrive(5, of: 1) == false)
        #expect(trial.arrive(6, of: 1, .session) == false)
        #expect(trial.arrive(7, of: 2) == true)
        #expect(trial.finish(1) == [5])
        #expect(trial.finish(2) == [6])
        #expect(trial.finish(7) == [])
    }

    @Test func whoIsTooLateInLineIsRefusedAtOnce() {
        var trial = TurnTrial()
        trial.limits.queued = 2
        for number in 1...6 { _ = trial.arrive(number, of: 1) }
        #expect(trial.arrive(7, of: 1) == nil)
        #expect(trial.arrive(8, of: 1, .session) == nil)
        #expect(trial.arrive(9, of: 2) == true)
        #expect(trial.machine.currentFigures.refusals == 2)
        #expect(trial.finish(1) == [5])
        #expect(trial.arrive(10, of: 1) == false)
    }

    @Test func idleTenantsAreForgotten() {
        var trial = TurnTrial()
        for number in 0..<1000 {
            #expect(trial.arrive(number, of: number) == true)
            _ = trial.finish(number)
        }
        #expect(trial.machine.places.isEmpty)
        #expect(trial.machine.tenants.count == 0)
        #expect(trial.machine.running.count == 0)
        trial.limits.queued = 0
        for number in 0..<4 { _ = trial.arrive(number, of: 1) }
        #expect(trial.arrive(9, of: 1) == nil)
        for number in 0..<4 { _ = trial.finish(number) }
        #expect(trial.machine.places.isEmpty)
    }

    @Test func manyThatWaitDoNotStandBeforeOne() {
        var trial = TurnTrial(connections: 1, depth: 1)
        trial.limits.concurrency = 64
        trial.limits.queued = 100
        for number in 0..<65 { _ = trial.arrive(number, of: 1) }
        #expect(trial.arrive(100, of: 2) == false)
        let first = trial.finish(0)
        let second = trial.finish(first.first ?? -1)
        #expect(first == [100] || second == [100], "after one more of the first tenant at most")
    }

    @Test func tenantsTakeTurns() {
        var trial = TurnTrial(connections: 1, depth: 1)
        for tenant in 1...3 {
            for number in 0..<5 { _ = trial.arrive(tenant * 10 + number, of: tenant) }
        }
        var order: [Int] = []
        var current = 10
        while let next = trial.finish(current).first {
            order.append(next / 10)
            current = next
        }
        // Each of the three has every third turn, within one.
        for tenant in 1...3 {
            let places = order.indices.filter { order[$0] == tenant }
            for (one, other) in zip(places, places.dropFirst()).dropLast() { #expect(other - one <= 3) }
        }
        #expect(order.count == 14)
    }

    @Test func moreIsDoneForHigherTiers() {
        var trial = TurnTrial(connections: 1, depth: 1)
        trial.own = [
            1: TurnLimits(tier: TierName("free"), concurrency: 2, queued: 100),
            2: TurnLimits(tier: TierName("premium"), concurrency: 8, queued: 100),
        ]
        for number in 0..<100 {
            _ = trial.arrive(1000 + number, of: 1)
            _ = trial.arrive(2000 + number, of: 2)
        }
        var counts = [0, 0]
        var current = 1000
        for _ in 0..<50 {
            guard let next = trial.finish(current).first else { break }
            counts[next / 1000 - 1] += 1
            current = next
        }
        #expect(counts[1] == 40 || counts[1] == 39 || counts[1] == 41, "8 of 10, \(counts)")
    }

    @Test func sessionsLeaveConnectionsToReads() {
        var trial = TurnTrial(connections: 8)
        for number in 0..<6 { #expect(trial.arrive(number, of: number, .session) == true) }
        #expect(trial.arrive(6, of: 6, .session) == false)
        #expect(trial.arrive(7, of: 7) == true)
        // Two connections are left, and four reads share each.
        for number in 8..<15 { #expect(trial.arrive(number, of: number) == true) }
        #expect(trial.arrive(15, of: 15) == false)
        // The connection that is free in between takes a read on its way to the next session.
        #expect(trial.finish(0) == [15, 6])
        #expect(trial.arrive(16, of: 16) == false)
        #expect(trial.finish(7) == [])
        #expect(trial.finish(8) == [16])
    }

    @Test func aSlowTenantLeavesConnectionsToOthers() {
        var trial = TurnTrial(connections: 8)
        trial.limits.concurrency = 16
        for number in 0..<16 { _ = trial.arrive(number, of: 1) }
        #expect(trial.isRunning.count == 5, "not more than the slow may hold")
        trial.pass(.milliseconds(60))
        // It is slow now: five of eight are held, one is left for a session, and the others for quick reads.
        #expect(trial.arrive(99, of: 99, .session) == true)
        for number in 100..<108 { #expect(trial.arrive(number, of: number) == true) }
        #expect(trial.arrive(108, of: 108) == false)
        #expect(trial.machine.currentFigures.slow == 5)
        // One more of it for each that ends, and no more; the connection that was free in between takes a quick one.
        #expect(Set(trial.finish(0)) == [5, 108])
        #expect(trial.machine.currentFigures.slow == 5)
    }

    @Test func manySlowTenantsLeaveConnectionsToOthersToo() {
        var trial = TurnTrial(connections: 8)
        for tenant in 0..<10 {
            for number in 0..<4 { _ = trial.arrive(tenant * 10 + number, of: tenant) }
            trial.pass(.milliseconds(60))
        }
        // Whoever came later found the connections held by slow ones; only a tenant unheard of gets the rest.
        for number in trial.isRunning.sorted() {
            _ = trial.finish(number)
            #expect(trial.arrive(1000 + number, of: 1000 + number) == true)
            _ = trial.finish(1000 + number)
            trial.pass(.milliseconds(60))
        }
        #expect(trial.machine.currentFigures.slow <= 5)
        #expect(trial.arrive(5000, of: 5000, .session) == true, "one connection is left for sessions of the quick")
    }

    @Test func aTenantThatIsQuickAgainIsTrusted() {
        var trial = TurnTrial(connections: 8)
        for number in 10...13 {
            #expect(trial.arrive(number, of: 1) == true)
            #expect(
                trial.machine.currentFigures.slow == (number == 13 ? 1 : 0), "three in a row, and it counts as slow")
            trial.pass(.milliseconds(60))
            _ = trial.finish(number)
            #expect(trial.machine.places.count == 1, "it is remembered")
        }
        #expect(trial.arrive(2, of: 1) == true)
        #expect(trial.machine.currentFigures.slow == 1)
        trial.pass(.milliseconds(1))
        _ = trial.finish(2)
        #expect(trial.arrive(3, of: 1) == true)
        #expect(trial.machine.currentFigures.slow == 0)
    }

    /// A quick one now and then does not pay for the slow ones.
    @Test func whoIsSlowMoreOftenThanQuickCountsAsSlow() {
        var trial = TurnTrial(connections: 8)
        var number = 0
        for _ in 0..<6 {
            for isSlow in [true, true, false] {
                number += 1
                #expect(trial.arrive(number, of: 1) == true)
                trial.pass(.milliseconds(isSlow ? 60 : 1))
                _ = trial.finish(number)
            }
        }
        number += 1
        #expect(trial.arrive(number, of: 1) == true)
        trial.pass(.milliseconds(60))
        _ = trial.finish(number)
        #expect(trial.arrive(number + 1, of: 1) == true)
        #expect(trial.machine.currentFigures.slow == 1)
    }

    /// What others read does not move a session's place in line.
    @Test func readsThatOverlapDoNotMakeSessionsWait() {
        var trial = TurnTrial(connections: 2)
        trial.own[1] = TurnLimits(tier: TierName("enterprise"), concurrency: 16, queued: 256)
        trial.own[3] = TurnLimits(tier: TierName("free"), concurrency: 16, queued: 32)
        #expect(trial.arrive(0, of: 1, .session) == true)
        for number in 1...50 { #expect(trial.arrive(number, of: 1, .session) == false) }
        // A crowd of reads, each begun before the one before it has ended.
        _ = trial.arrive(1000, of: 3)
        for number in 1001...1200 {
            _ = trial.arrive(number, of: 3)
            _ = trial.finish(number - 1)
        }
        #expect(trial.arrive(100, of: 2, .session) == false)
        let next = trial.finish(0)
        let second = next.first.map { trial.finish($0) } ?? []
        #expect(next == [100] || second == [100], "\(next) \(second)")
    }

    /// Someone is always slow, for days.
    @Test func whoWasSlowLongAgoTakesUpNothing() {
        var queue = MemoryQueue()
        for number in 0..<100_000 as Range<Int64> {
            queue.append(TurnKey(.random()), Moment(nanoseconds: number + 10))
            while queue.popFirst(upTo: Moment(nanoseconds: number)) != nil {}
        }
        #expect(queue.size < 1_000)
    }

    @Test func slownessIsForgottenInTime() {
        var trial = TurnTrial(connections: 8)
        for number in 10...13 {
            _ = trial.arrive(number, of: 1)
            trial.pass(.milliseconds(60))
            _ = trial.finish(number)
        }
        trial.pass(.seconds(6))
        #expect(trial.arrive(2, of: 2) == true)
        #expect(trial.machine.places.count == 1)
        #expect(trial.arrive(3, of: 1) == true)
        #expect(trial.machine.currentFigures.slow == 0)
    }

    /// Nothing happens but that time passes.
    @Test func whoWaitsAsSlowIsLookedAtAgain() {
        var trial = TurnTrial(connections: 8)
        for number in 10...12 {
            _ = trial.arrive(number, of: 1)
            trial.pass(.milliseconds(60))
            _ = trial.finish(number)
        }
        for tenant in 2...6 { _ = trial.arrive(tenant, of: tenant) }
        trial.pass(.milliseconds(60))
        #expect(trial.arrive(1, of: 1) == false, "all that the slow may hold is held")
        var outcomes: [TurnTrial.Outcome] = []
        for _ in 0..<3 where outcomes.isEmpty {
            guard let look = trial.machine.nextLook else { break }
            trial.pass(look - trial.now)
            outcomes = trial.outcomes()
        }
        #expect(outcomes == [.started(1)])
    }

    @Test func deadlinesEndTheWait() {
        var trial = TurnTrial()
        trial.limits.concurrency = 1
        _ = trial.arrive(1, of: 1)
        #expect(trial.arrive(2, of: 1, within: .milliseconds(100)) == false)
        #expect(trial.arrive(3, of: 1, within: .milliseconds(50)) == false)
        #expect(trial.machine.nextLook == trial.now + .milliseconds(50))
        trial.pass(.milliseconds(60))
        #expect(trial.outcomes() == [.expired(3)])
        trial.pass(.milliseconds(60))
        #expect(trial.outcomes() == [.expired(2)])
        #expect(trial.machine.nextLook == nil)
        #expect(trial.machine.currentFigures.expirations == 2)
        #expect(trial.finish(1) == [])
        #expect(trial.machine.waiting.count == 0)
    }

    @Test func aPlaceInLineCanBeGivenUp() {
        var trial = TurnTrial()
        trial.limits.concurrency = 1
        _ = trial.arrive(1, of: 1)
        for number in 2...4 { _ = trial.arrive(number, of: 1) }
        #expect(trial.machine.cancel(trial.lastID - 1) == 3)
        #expect(trial.machine.cancel(trial.lastID - 1) == nil)
        #expect(trial.finish(1) == [2])
        #expect(trial.finish(2) == [4])
        #expect(trial.machine.cancel(trial.lastID) == nil, "it runs")
        #expect(trial.finish(4) == [])
    }

    @Test func limitsFollowTheTierAtOnce() {
        var trial = TurnTrial()
        trial.limits.concurrency = 1
        for number in 1...5 { _ = trial.arrive(number, of: 1) }
        #expect(trial.isRunning == [1])
        trial.machine.change { TurnLimits(tier: $0, concurrency: 3, queued: 64) }
        #expect(Set(trial.outcomes()) == [.started(2), .started(3)])
        // Another tier by the next request of the tenant, the other way: those under way finish, no other begins.
        trial.limits = TurnLimits(tier: TierName("free"), concurrency: 1, queued: 1)
        #expect(trial.arrive(6, of: 1) == nil)
        #expect(trial.finish(1) == [])
        #expect(trial.finish(2) == [])
        #expect(trial.finish(3) == [4])
    }

    @Test func tenantsWithTheirOwnConnectionsTakeNothingOfOthers() {
        var trial = TurnTrial(connections: 2, depth: 1)
        trial.own[1] = TurnLimits(
            tier: TierName("enterprise"), concurrency: 16, queued: 4, connections: 8)
        for number in 0..<16 { #expect(trial.arrive(number, of: 1, .session) == true) }
        #expect(trial.arrive(16, of: 1) == false)
        #expect(trial.arrive(100, of: 2) == true)
        #expect(trial.arrive(101, of: 3) == true)
        #expect(trial.machine.currentFigures.dedicated == 16)
        #expect(trial.finish(0) == [16])
    }
}
