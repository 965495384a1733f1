import Tenancy
import Testing

@testable import TenancyPostgres

@Suite struct DedicatedRegisterTests {
    private let now = ContinuousClock.now
    private let tenant = TenantID.random()

    private func register(limit: Int = 10) -> DedicatedRegister<Int> {
        DedicatedRegister(limit: limit, idleTime: .seconds(60))
    }

    @Test func aClientIsMadeOnceAndEndsWhenIdle() throws {
        var register = self.register()
        let first = try #require(register.borrow(self.tenant, connections: 4, self.now) { 7 })
        #expect(register.takeStarted() == [7])
        let second = try #require(register.borrow(self.tenant, connections: 4, self.now) { 8 })
        #expect(second.client == 7 && register.takeStarted().isEmpty)
        register.giveBack(first.number, self.now)
        register.passTime(self.now + .seconds(100))
        #expect(register.takeEnded().isEmpty, "it is in use")
        register.giveBack(second.number, self.now + .seconds(100))
        register.passTime(self.now + .seconds(159))
        #expect(register.takeEnded().isEmpty)
        register.passTime(self.now + .seconds(160))
        #expect(register.takeEnded() == [7])
        #expect(register.connections == 0)
    }

    @Test func anotherNumberOfConnectionsIsAnotherClient() throws {
        var register = self.register()
        let old = try #require(register.borrow(self.tenant, connections: 4, self.now) { 1 })
        let new = try #require(register.borrow(self.tenant, connections: 2, self.now) { 2 })
        #expect(new.client == 2 && register.connections == 6)
        #expect(register.takeEnded().isEmpty)
        register.giveBack(old.number, self.now)
        #expect(register.takeEnded() == [1])
        register.giveBack(new.number, self.now)
        #expect(register.borrow(self.tenant, connections: nil, self.now) { 3 } == nil)
        #expect(register.takeEnded() == [2])
    }

    @Test func thereAreNeverMoreThanTheLimit() throws {
        var register = self.register(limit: 5)
        let one = try #require(register.borrow(self.tenant, connections: 4, self.now) { 1 })
        #expect(register.borrow(.random(), connections: 2, self.now) { 2 } == nil)
        #expect(register.borrow(.random(), connections: 1, self.now) { 3 } != nil)
        // One that leaves counts until it has ended.
        #expect(register.borrow(self.tenant, connections: 3, self.now) { 4 } == nil)
        register.giveBack(one.number, self.now)
        #expect(register.borrow(self.tenant, connections: 3, self.now) { 5 } != nil)
    }

    @Test func whatEndedByItselfIsForgotten() throws {
        var register = self.register()
        let pool = try #require(register.borrow(self.tenant, connections: 4, self.now) { 1 })
        register.lost { $0 == 1 }
        register.giveBack(pool.number, self.now)
        #expect(register.borrow(self.tenant, connections: 4, self.now) { 2 }?.client == 2)
        #expect(register.takeEnded().isEmpty)
    }
}
