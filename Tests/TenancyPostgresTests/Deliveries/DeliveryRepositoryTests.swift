import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Mail on its way, for those who watch it")
struct DeliveryRepositoryTests {
    @Test func pageByPageAndOfOneTenant() async throws {
        try await BulkheadDatabase.with(mailDomain: "bulkhead.example") { bulkhead in
            var mails: [QueuedMail] = []
            for number in 1...3 { mails.append(try await QueuedMail.make("t000\(number)", bulkhead)) }
            let repository = mails[0].repository
            var seen: [DeliveryID] = []
            var request = PageRequest(limit: 2)
            repeat {
                let page = try await repository.deliveries(of: nil, request)
                #expect(page.items.count <= 2)
                seen += page.items.map(\.id)
                request.cursor = try page.next.map { try #require(PageCursor(text: $0.text)) }
            } while request.cursor != nil
            #expect(seen == mails.map(\.id))
            let own = try await repository.deliveries(of: mails[1].tenant.id, PageRequest())
            #expect(own.items.map(\.id) == [mails[1].id] && own.next == nil)
            #expect(try await repository.deliveries(of: .random(), PageRequest()).items.isEmpty)
            #expect(try await repository.delivery(.random()) == nil)
        }
    }

    @Test func aResentMailIsAnother() async throws {
        try await QueuedMail.with { mail in
            _ = try await mail.note()
            try await mail.finish(.sent)
            try await mail.end()
            let old = try await mail.now()
            let new = try await mail.resend()
            #expect(new.resendOf == old.id && new.id != old.id && new.messageID != old.messageID)
            #expect(new.messageID == "<\(new.id)@bulkhead.example>")
            #expect(new.recipient == old.recipient && new.recipientName == old.recipientName)
            #expect(new.state == .queued && new.attempts == 0)
            let fence = try await QueuedMail.claim(mail.bulkhead)
            let run = try await mail.bulkhead.database.execute(
                "SELECT run_id FROM bulkhead.deliveries WHERE id = '\(new.id)'")
            #expect(run.lowercased() == "\(fence.run.uuid)".lowercased())
            let audit = try await mail.bulkhead.database.execute(
                "SELECT actor, tenant_id FROM bulkhead.audit_log WHERE action = 'delivery.resend'")
            #expect(audit == "system:test|\(mail.tenant.id)")
        }
    }

    @Test func notEveryMailCanBeResent() async throws {
        try await QueuedMail.with { mail in
            #expect(await mail.refusal().contains("still being tried"))
            _ = try await mail.note()
            try await mail.finish(.sent)
            try await mail.end()
            let deaf = PostgresDeliveryRepository(
                client: mail.bulkhead.control, store: mail.bulkhead.store, mailDomain: nil)
            await #expect {
                _ = try await deaf.resend(mail.id, by: .system("test"), requestID: nil, once: nil)
            } throws: { "\($0)".contains("set mail.smtpHost in") }
            await #expect(throws: DomainError.notFound("delivery")) {
                _ = try await mail.repository.resend(.random(), by: .system("test"), requestID: nil, once: nil)
            }
            try await mail.repository.linkUsed(tokenHash: QueuedMail.hash, tenant: mail.tenant.id)
            #expect(await mail.refusal().contains("link of this mail was used"))
        }
    }

    @Test func ofManyWhoResendOneDoes() async throws {
        try await QueuedMail.with { mail in
            try await mail.finish(.bounced)
            try await mail.end()
            let refusals = try await withThrowingTaskGroup(of: String.self) { group in
                try await mail.bulkhead.control.withTransaction { transaction in
                    // Everybody can look, and nobody can queue a mail before all have.
                    _ = try await transaction.query("LOCK TABLE bulkhead.deliveries IN SHARE MODE")
                    for _ in 0..<3 { group.addTask { await mail.refusal() } }
                    try await eventually { try await Self.waiting(mail) == "3" }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals.filter { $0 == "resent" }.count == 1)
            #expect(refusals.filter { $0.contains("still being tried") }.count == 2)
        }
    }

    @Test func aDeletionUnderWayIsWaitedFor() async throws {
        try await QueuedMail.with { mail in
            try await mail.finish(.bounced)
            try await mail.end()
            try await withThrowingTaskGroup(of: String.self) { group in
                try await mail.bulkhead.control.withTransaction { transaction in
                    _ = try await transaction.query(
                        "UPDATE public.tenants SET status = 'deleting' WHERE id = \(mail.tenant.id.uuid)::uuid")
                    group.addTask { await mail.refusal() }
                    try await eventually { try await Self.waiting(mail) == "1" }
                }
                #expect(try await group.next() == "The tenant is deleting; no mail is sent for it.")
            }
            #expect(try await mail.bulkhead.database.execute("SELECT count(*) FROM bulkhead.deliveries") == "1")
        }
    }

    /// A step that holds the tenant may take minutes; the request does not.
    @Test(.timeLimit(.minutes(1))) func nobodyWaitsLongForTheTenant() async throws {
        try await QueuedMail.with { mail in
            try await mail.finish(.bounced)
            try await mail.end()
            try await mail.bulkhead.control.withTransaction { transaction in
                _ = try await transaction.query("SELECT 1 FROM public.tenants FOR UPDATE")
                #expect(await mail.refusal().contains("heldUp"))
            }
            #expect(await mail.refusal() == "resent")
        }
    }

    @Test func whoseLinkWasUsedIsKnown() async throws {
        try await BulkheadDatabase.with(mailDomain: "bulkhead.example") { bulkhead in
            let mail = try await QueuedMail.make("acme", bulkhead)
            let other = try await QueuedMail.make("globex", bulkhead)
            _ = try await mail.note()
            try await mail.repository.linkUsed(tokenHash: QueuedMail.hash, tenant: other.tenant.id)
            #expect(try await mail.now().linkUsedAt == nil)
            try await mail.repository.linkUsed(tokenHash: QueuedMail.hash, tenant: mail.tenant.id)
            let used = try #require(try await mail.now().linkUsedAt)
            try await mail.repository.linkUsed(tokenHash: QueuedMail.hash, tenant: mail.tenant.id)
            #expect(try await mail.now().linkUsedAt == used)
            #expect(try await other.now().linkUsedAt == nil)
        }
    }

    /// How many wait for somebody else's lock.
    private static func waiting(_ mail: QueuedMail) async throws -> String {
        try await mail.bulkhead.database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    }
}
