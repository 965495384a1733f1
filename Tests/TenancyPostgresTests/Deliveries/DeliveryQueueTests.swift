import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Mail on its way, for whoever sends it")
struct DeliveryQueueTests {
    @Test func anAttemptWithoutARecordIsCountedByTheNext() async throws {
        try await QueuedMail.with { mail in
            for lost in 0...2 {
                #expect(try await mail.note() == lost)
                let found = try await mail.now()
                #expect(found.attempts == lost && found.uncertain == lost)
                #expect(found.state == (lost == 0 ? .queued : .deferred))
                #expect((found.reply?.contains("may have arrived") ?? false) == (lost > 0))
                // Twice without leaving our hands in between is nothing that could have delivered it.
                #expect(try await mail.note() == lost)
                #expect(try await mail.handOver())
            }
        }
    }

    @Test(arguments: [DeliveryState.deferred, .sent, .bounced])
    func anAttemptWithARecordIsCountedOnce(state: DeliveryState) async throws {
        try await QueuedMail.with { mail in
            #expect(try await mail.note() == 0)
            #expect(try await mail.handOver())
            try await mail.finish(state)
            #expect(try await mail.note() == 0)
            let found = try await mail.now()
            #expect(found.state == state && found.attempts == 1 && found.uncertain == 0)
            #expect(found.reply == "\(state)" && (found.sentAt != nil) == (state == .sent))
        }
    }

    @Test func anUnknownOutcomeIsCountedOnce() async throws {
        try await QueuedMail.with { mail in
            _ = try await mail.note()
            #expect(try await mail.handOver())
            try await mail.finish(.deferred, isUncertain: true)
            #expect(try await mail.note() == 1)
        }
    }

    @Test func whatWasGivenUpWritesNothing() async throws {
        try await QueuedMail.with { mail in
            let before = try await mail.now()
            _ = try await mail.bulkhead.store.record([], under: mail.fence, then: .release(after: .zero, .running))
            await #expect(throws: FenceLost.self) { _ = try await mail.note() }
            await #expect(throws: FenceLost.self) { _ = try await mail.handOver() }
            await #expect(throws: FenceLost.self) { try await mail.finish(.sent) }
            #expect(try await mail.now() == before)
        }
    }

    /// The tenant is deleted while the mail is on its way.
    @Test(arguments: [DeliveryState.sent, .bounced, .deferred])
    func whatHappenedCountsMoreThanWhatIsWanted(state: DeliveryState) async throws {
        try await QueuedMail.with { mail in
            _ = try await mail.note()
            #expect(try await mail.handOver())
            try await Self.cancel(mail)
            try await mail.finish(state)
            let found = try await mail.now()
            #expect(found.state == (state == .deferred ? .cancelled : state))
            #expect(found.attempts == 1 && found.reply == "\(state)")
            #expect(try await mail.repository.pending(mail.id) == nil)
        }
    }

    @Test func aCancelledMailDoesNotLeave() async throws {
        try await QueuedMail.with { mail in
            _ = try await mail.note()
            try await Self.cancel(mail)
            #expect(try await !mail.handOver())
            #expect(try await mail.repository.pending(mail.id) == nil)
            #expect(try await mail.note() == 0)
        }
    }

    /// The worker died while the mail was on its way, and the tenant was deleted before another came.
    @Test func aCancelledMailThatMayHaveArrivedIsSaidToBeSo() async throws {
        try await QueuedMail.with { mail in
            _ = try await mail.note()
            #expect(try await mail.handOver())
            try await Self.cancel(mail)
            let pending = try #require(try await mail.repository.pending(mail.id))
            #expect(pending.tenant == nil)
            try await mail.finish(.cancelled)
            let found = try await mail.now()
            #expect(found.state == .cancelled && found.attempts == 1 && found.uncertain == 1)
            #expect(try await mail.repository.pending(mail.id) == nil)
        }
    }

    @Test func aTenantThatGoesGetsNoMail() async throws {
        try await QueuedMail.with { mail in
            #expect(try await mail.repository.pending(mail.id)?.tenant == mail.tenant)
            _ = try await mail.bulkhead.control.query("UPDATE public.tenants SET status = 'deleting'")
            let pending = try #require(try await mail.repository.pending(mail.id))
            #expect(pending.delivery.id == mail.id && pending.tenant == nil)
            try await mail.finish(.cancelled)
            let found = try await mail.now()
            #expect(found.state == .cancelled && found.attempts == 0 && found.reply == "cancelled")
        }
    }

    private static func cancel(_ mail: QueuedMail) async throws {
        _ = try await mail.bulkhead.control.query("UPDATE bulkhead.deliveries SET state = 'cancelled'")
    }
}
