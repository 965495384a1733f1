import Testing

@testable import Postgres

@Suite struct ConnectionMachineTests {
    private let start = ContinuousClock.now

    private func shared() -> ConnectionMachine {
        var machine = ConnectionMachine(now: self.start)
        machine.opened(self.start)
        return machine
    }

    private func canTake(_ machine: ConnectionMachine, after: Duration = .zero) -> Bool {
        machine.canTakeBatch(self.start + after, depth: 2, headOfLineLimit: .milliseconds(5))
    }

    @Test func takesNothingWhileConnecting() {
        #expect(!self.canTake(ConnectionMachine(now: self.start)))
        #expect(self.canTake(self.shared()))
    }

    @Test func takesAsManyBatchesAsAllowed() {
        var machine = self.shared()
        machine.batchSent(self.start)
        #expect(self.canTake(machine))
        machine.batchSent(self.start)
        #expect(!self.canTake(machine))
        _ = machine.batchFinished(self.start)
        #expect(self.canTake(machine))
    }

    @Test func takesNothingBehindASlowHead() {
        var machine = self.shared()
        machine.batchSent(self.start)
        #expect(self.canTake(machine, after: .milliseconds(5)))
        #expect(!self.canTake(machine, after: .milliseconds(6)))
    }

    @Test func theAgeOfTheHeadBeginsWithTheAnswerBefore() {
        var machine = self.shared()
        machine.batchSent(self.start)
        machine.batchSent(self.start)
        let duration = machine.batchFinished(self.start + .milliseconds(4))
        #expect(duration == .milliseconds(4))
        #expect(self.canTake(machine, after: .milliseconds(8)))
        #expect(!self.canTake(machine, after: .milliseconds(10)))
    }

    @Test func takesNothingBehindABatchOfUnknownCost() {
        var machine = self.shared()
        machine.batchSent(self.start)
        machine.tailIsUnmeasured()
        #expect(!self.canTake(machine))
        _ = machine.batchFinished(self.start)
        #expect(self.canTake(machine))
    }

    @Test func takesNothingWhileTheSocketIsFull() {
        var machine = self.shared()
        machine.isBlocked = true
        #expect(!self.canTake(machine))
    }

    @Test func drainsBeforeItIsLeased() {
        var machine = self.shared()
        machine.batchSent(self.start)
        machine.drain(for: .lease)
        #expect(!machine.isReadyToLease)
        #expect(!self.canTake(machine))
        _ = machine.batchFinished(self.start)
        #expect(machine.isReadyToLease)
        machine.leased()
        #expect(machine.phase == .leased)
        machine.leaseReturned(self.start)
        #expect(machine.isIdle)
    }

    @Test func goesBackToBatchesWhenNobodyWantsTheLease() {
        var machine = self.shared()
        machine.drain(for: .lease)
        machine.stopDraining()
        #expect(machine.phase == .shared)
    }

    @Test func closesAfterTheLastBatch() {
        var machine = self.shared()
        machine.batchSent(self.start)
        machine.drain(for: .close)
        #expect(!machine.isReadyToClose)
        machine.stopDraining()
        _ = machine.batchFinished(self.start)
        #expect(machine.isReadyToClose)
    }

    @Test func closesAfterTheLeaseInWhichItWasRetired() {
        var machine = self.shared()
        machine.leased()
        machine.drain(for: .close)
        #expect(machine.phase == .leased)
        machine.leaseReturned(self.start)
        #expect(machine.isReadyToClose)
    }
}
