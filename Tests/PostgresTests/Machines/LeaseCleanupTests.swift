import Testing

@testable import Postgres

@Suite struct LeaseCleanupTests {
    @Test func anIdleConnectionGoesBack() {
        var cleanup = LeaseCleanup(discards: false)
        #expect(cleanup.next(.idle) == .giveBack)
    }

    @Test(arguments: [SessionStatus.inTransaction, .inFailedTransaction])
    func anOpenTransactionIsRolledBackOnce(status: SessionStatus) {
        var cleanup = LeaseCleanup(discards: false)
        #expect(cleanup.next(status) == .rollBack)
        #expect(cleanup.next(status) == .close)
    }

    @Test func theSessionIsCleanedOnce() {
        var cleanup = LeaseCleanup(discards: true)
        #expect(cleanup.next(.inTransaction) == .rollBack)
        #expect(cleanup.next(.idle) == .discard)
        #expect(cleanup.next(.idle) == .giveBack)
    }

    @Test func whatIsUnknownIsClosed() {
        var cleanup = LeaseCleanup(discards: true)
        #expect(cleanup.next(.unknown) == .close)
    }
}
