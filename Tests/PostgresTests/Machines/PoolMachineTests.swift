import Testing

@testable import Postgres

private struct Request: PooledRequest {
    let id: RequestID
    var planScope: String?
    var deadline: ContinuousClock.Instant
}

private struct Waiter: LeaseWaiter {
    let id: RequestID
    var deadline: ContinuousClock.Instant
}

/// What the machine wants done, in words.
private enum Wish: Equatable {
    case send(UInt64, Int)
    case grant(UInt64, Int)
    case connect(Int)
    case close(Int)
}

@Suite struct PoolMachineTests {
    private let start = ContinuousClock.now
    private typealias Pool = PoolMachine<Request, Waiter>

    private func pool(_ change: (inout PoolLimits) -> Void = { _ in }) -> Pool {
        var limits = PoolLimits()
        limits.connections = 2
        limits.leased = 1
        limits.queued = 3
        limits.inFlight = 2
        change(&limits)
        return Pool(limits: limits)
    }

    private func request(_ number: UInt64, scope: String? = nil, after: Duration = .seconds(30)) -> Request {
        Request(id: RequestID(rawValue: number), planScope: scope, deadline: self.start + after)
    }

    private func waiter(_ number: UInt64, after: Duration = .seconds(30)) -> Waiter {
        Waiter(id: RequestID(rawValue: number), deadline: self.start + after)
    }

    private func wishes(_ pool: inout Pool, after: Duration = .zero) -> [Wish] {
        var wishes: [Wish] = []
        while let action = pool.next(self.start + after) {
            switch action {
            case .send(let request, let id): wishes.append(.send(request.id.rawValue, id.slot))
            case .grant(let waiter, let id): wishes.append(.grant(waiter.id.rawValue, id.slot))
            case .connect(let id): wishes.append(.connect(id.slot))
            case .close(let id): wishes.append(.close(id.slot))
            }
        }
        return wishes
    }

    /// A pool whose connections are all open and idle.
    private func openPool(_ change: (inout PoolLimits) -> Void = { _ in }) -> Pool {
        var pool = self.pool {
            change(&$0)
        }
        for number in 0..<UInt64(pool.slots.count) { _ = pool.enqueue(self.request(1000 + number)) }
        _ = self.wishes(&pool)
        for slot in pool.slots.indices { pool.connected(pool.identifier(slot), self.start, random: 0) }
        _ = self.wishes(&pool)
        for slot in pool.slots.indices {
            while pool.slots[slot].machine?.inFlight ?? 0 > 0 {
                _ = pool.batchFinished(pool.identifier(slot), self.start)
            }
        }
        return pool
    }

    @Test func opensNothingUnasked() {
        var pool = self.pool()
        #expect(self.wishes(&pool).isEmpty)
    }

    @Test func opensAConnectionForTheFirstBatch() {
        var pool = self.pool()
        #expect(pool.enqueue(self.request(1)) == true)
        #expect(self.wishes(&pool) == [.connect(0)])
        pool.connected(pool.identifier(0), self.start, random: 0)
        #expect(self.wishes(&pool) == [.send(1, 0)])
    }

    @Test func refusesWhatDoesNotFitIntoTheQueue() {
        var pool = self.pool()
        for number in 1...3 { #expect(pool.enqueue(self.request(UInt64(number))) == true) }
        #expect(pool.enqueue(self.request(4)) == false)
    }

    @Test func spreadsBatchesOverIdleConnections() {
        var pool = self.openPool()
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        #expect(self.wishes(&pool) == [.send(1, 0), .send(2, 1), .send(3, 0)])
    }

    @Test func growsWhenABatchHasToShare() {
        var pool = self.pool()
        _ = pool.enqueue(self.request(1))
        _ = self.wishes(&pool)
        pool.connected(pool.identifier(0), self.start, random: 0)
        #expect(self.wishes(&pool) == [.send(1, 0)])
        _ = pool.enqueue(self.request(2))
        #expect(self.wishes(&pool) == [.send(2, 0), .connect(1)])
    }

    @Test func keepsTheOrderWhenAllAreBusy() {
        var pool = self.openPool { $0.inFlight = 1 }
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        #expect(self.wishes(&pool) == [.send(1, 0), .send(2, 1)])
        #expect(pool.enqueue(self.request(4)) == true)
        _ = pool.batchFinished(pool.identifier(1), self.start)
        #expect(self.wishes(&pool) == [.send(3, 1)])
    }

    @Test func putsNothingBehindASlowBatch() {
        var pool = self.openPool()
        _ = pool.enqueue(self.request(1))
        #expect(self.wishes(&pool) == [.send(1, 0)])
        for number in 2...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        #expect(self.wishes(&pool, after: .milliseconds(6)) == [.send(2, 1), .send(3, 1)])
    }

    @Test func aScopePrefersTheConnectionThatServedItLast() {
        var pool = self.openPool { $0.inFlight = 16 }
        _ = pool.enqueue(self.request(1, scope: "a"))
        _ = pool.enqueue(self.request(2, scope: "b"))
        #expect(self.wishes(&pool) == [.send(1, 0), .send(2, 1)])
        _ = pool.enqueue(self.request(3, scope: "b"))
        _ = pool.enqueue(self.request(4, scope: "b"))
        #expect(self.wishes(&pool) == [.send(3, 1), .send(4, 1)])
    }

    @Test func aScopeDoesNotPileUpOnOneConnection() {
        var pool = self.openPool {
            $0.inFlight = 16
            $0.queued = 10
            $0.affinityDepth = 4
        }
        for number in 1...8 { _ = pool.enqueue(self.request(UInt64(number), scope: "a")) }
        // Two at home, one elsewhere while that is idle, then home as far as it goes, then where there is least to do.
        #expect(
            self.wishes(&pool) == [
                .send(1, 0), .send(2, 0), .send(3, 1), .send(4, 0), .send(5, 0), .send(6, 1), .send(7, 1), .send(8, 1),
            ])
        for _ in 1...4 { _ = pool.batchFinished(pool.identifier(0), self.start) }
        _ = pool.enqueue(self.request(9, scope: "a"))
        #expect(self.wishes(&pool) == [.send(9, 0)])
    }

    @Test func waitsBeforeItTriesAgain() {
        var pool = self.pool()
        _ = pool.enqueue(self.request(1))
        _ = self.wishes(&pool)
        pool.connectFailed(pool.identifier(0), self.start, random: 1)
        #expect(self.wishes(&pool).isEmpty)
        #expect(self.wishes(&pool, after: .milliseconds(50)) == [.connect(0)])
    }

    @Test func aLateAnswerAboutAnOldConnectionMeansNothing() {
        var pool = self.openPool()
        let old = pool.identifier(0)
        pool.lost(old)
        _ = pool.enqueue(self.request(1))
        _ = pool.enqueue(self.request(2))
        _ = pool.enqueue(self.request(3))
        _ = self.wishes(&pool)
        pool.lost(old)
        pool.retire(old)
        #expect(pool.slots[0].machine?.phase == .connecting)
        #expect(pool.machine(old) == nil)
    }

    @Test func leasesAnIdleConnection() {
        var pool = self.openPool()
        _ = pool.enqueue(lease: self.waiter(1))
        _ = pool.enqueue(lease: self.waiter(2))
        #expect(self.wishes(&pool) == [.grant(1, 0)])
        pool.leaseReturned(pool.identifier(0), self.start)
        #expect(self.wishes(&pool) == [.grant(2, 0)])
    }

    @Test func drainsABusyConnectionForALease() {
        var pool = self.openPool { $0.inFlight = 3 }
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        _ = self.wishes(&pool)
        _ = pool.enqueue(lease: self.waiter(9))
        #expect(self.wishes(&pool).isEmpty)
        _ = pool.enqueue(self.request(4))
        #expect(self.wishes(&pool) == [.send(4, 0)])
        _ = pool.batchFinished(pool.identifier(1), self.start)
        #expect(self.wishes(&pool) == [.grant(9, 1)])
    }

    @Test func givesDrainedConnectionsBackWhenTheLeaseIsNotWanted() {
        var pool = self.openPool()
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        _ = self.wishes(&pool)
        _ = pool.enqueue(lease: self.waiter(9))
        _ = self.wishes(&pool)
        #expect(pool.cancelLease(RequestID(rawValue: 9)) != nil)
        #expect(pool.slots.allSatisfy { $0.machine?.phase == .shared })
    }

    @Test func replacesAConnectionThatWasUsedOften() {
        var pool = self.openPool { $0.uses = 3 }
        for _ in 1...2 {
            _ = pool.enqueue(self.request(1))
            _ = self.wishes(&pool)
            _ = pool.batchFinished(pool.identifier(0), self.start)
        }
        #expect(self.wishes(&pool) == [.close(0)])
        _ = pool.enqueue(self.request(2))
        #expect(self.wishes(&pool) == [.send(2, 1)])
    }

    @Test func replacesAnOldConnection() {
        var pool = self.openPool()
        _ = pool.enqueue(self.request(1))
        _ = self.wishes(&pool)
        _ = pool.batchFinished(pool.identifier(0), self.start + .seconds(1800))
        #expect(self.wishes(&pool) == [.close(0)])
    }

    @Test func closesWhatIsIdleForLong() {
        var pool = self.openPool()
        pool.retireIdle(self.start + .seconds(599))
        #expect(self.wishes(&pool).isEmpty)
        pool.retireIdle(self.start + .seconds(600))
        #expect(self.wishes(&pool) == [.close(0), .close(1)])
    }

    @Test func expiresWhatWaitedTooLong() {
        var pool = self.pool()
        _ = pool.enqueue(self.request(1, after: .seconds(1)))
        _ = pool.enqueue(self.request(2, after: .seconds(3)))
        _ = pool.enqueue(lease: self.waiter(3, after: .seconds(2)))
        let expired = pool.expire(self.start + .seconds(2))
        #expect(expired.requests.map(\.id.rawValue) == [1])
        #expect(expired.leases.map(\.id.rawValue) == [3])
        #expect(pool.queue.count == 1)
    }

    @Test func whatIsGivenBackIsTheNext() {
        var pool = self.openPool { $0.inFlight = 1 }
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        _ = self.wishes(&pool)
        pool.requeue(self.request(1))
        _ = pool.batchFinished(pool.identifier(0), self.start)
        #expect(self.wishes(&pool) == [.send(1, 0)])
    }

    @Test func finishesWorkBeforeItEnds() {
        var pool = self.openPool { $0.inFlight = 1 }
        for number in 1...3 { _ = pool.enqueue(self.request(UInt64(number))) }
        _ = self.wishes(&pool)
        pool.shutDown()
        #expect(self.wishes(&pool).isEmpty)
        _ = pool.batchFinished(pool.identifier(0), self.start)
        #expect(self.wishes(&pool) == [.send(3, 0)])
        _ = pool.batchFinished(pool.identifier(1), self.start)
        #expect(self.wishes(&pool) == [.close(1)])
        #expect(!pool.isFinished)
        _ = pool.batchFinished(pool.identifier(0), self.start)
        #expect(self.wishes(&pool) == [.close(0)])
        #expect(pool.isFinished)
    }
}
