import Foundation
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

/// A tenant's welcome mail, queued, and a worker's right to deliver it.
struct QueuedMail {
    let tenant: Tenant
    let id: DeliveryID
    let repository: PostgresDeliveryRepository
    let fence: Fence
    let bulkhead: BulkheadDatabase

    var permit: WorkPermit { WorkPermit(run: self.fence.run.uuid, attempt: self.fence.attempt) }

    /// Lends a database with one of them.
    static func with(_ body: (QueuedMail) async throws -> Void) async throws {
        try await BulkheadDatabase.with(mailDomain: "bulkhead.example") { bulkhead in
            try await body(try await Self.make("acme", bulkhead))
        }
    }

    static func make(_ subdomain: String, _ bulkhead: BulkheadDatabase) async throws -> QueuedMail {
        let tenant = try await bulkhead.makeTenant(subdomain)
        let repository = PostgresDeliveryRepository(
            client: bulkhead.control, store: bulkhead.store, mailDomain: "bulkhead.example")
        let delivery = try #require(try await repository.deliveries(of: tenant.id, PageRequest()).items.first)
        return QueuedMail(
            tenant: tenant, id: delivery.id, repository: repository, fence: try await Self.claim(bulkhead),
            bulkhead: bulkhead)
    }

    /// Takes the next mail that is due.
    static func claim(_ bulkhead: BulkheadDatabase) async throws -> Fence {
        let request = ClaimRequest(
            workflows: [
                WorkflowName(rawValue: MailOrder.workflowName): MailOrder.stepNames.map { StepName(rawValue: $0) }
            ],
            worker: "hand", lease: .seconds(60))
        return try #require(try await bulkhead.store.claim(request)).fence
    }

    /// The mail as it is now.
    func now() async throws -> Delivery { try #require(try await self.repository.delivery(self.id)) }

    func note() async throws -> Int {
        try await self.repository.note(
            self.id, linkHash: Self.hash, expiresAt: Date().addingTimeInterval(3_600), permit: self.permit)
    }

    func handOver() async throws -> Bool { try await self.repository.handOver(self.id, permit: self.permit) }

    func finish(_ state: DeliveryState, isUncertain: Bool = false) async throws {
        let outcome = DeliveryOutcome(
            state: state, isUncertain: isUncertain, replyCode: state == .sent ? 250 : nil, reply: "\(state)")
        try await self.repository.finish(self.id, outcome, permit: self.permit)
    }

    /// Ends the run, so that nobody tries any more.
    func end() async throws { _ = try await self.bulkhead.store.record([], under: self.fence, then: .end(.completed)) }

    func resend() async throws -> Delivery {
        let once = try await self.repository.resend(self.id, by: .system("test"), requestID: "r1", once: nil)
        guard case .done(let delivery) = once else { throw DomainError.notFound("delivery") }
        return delivery
    }

    /// Why the mail is not sent again.
    func refusal() async -> String {
        do {
            _ = try await self.resend()
            return "resent"
        } catch DomainError.conflict(let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }

    static let hash = [UInt8](repeating: 7, count: 32)
}
