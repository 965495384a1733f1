import Foundation
import Identity
import Mail
import Tenancy
import Workflow

/// Sends the mail, once an attempt.
struct DeliveryStep: WorkflowStep {
    /// After how many attempts that may have delivered the mail it is not sent again: one duplicate is better than no
    /// mail, two are not.
    static let uncertainLimit = 2
    /// What an attempt may take beside the time that the transport has: it is the transport that has to give up first,
    /// because it knows whether the mail may have arrived.
    static let margin = Duration.seconds(60)

    let records: DeliveryRecords
    let members: any MemberRepository
    let seal: SecretSeal
    let settings: MailSettings
    let writer: WelcomeMailWriter
    let now: @Sendable () -> Date

    var name: StepName { StepName(rawValue: MailOrder.stepNames[0]) }
    var policy: StepPolicy {
        StepPolicy(timeout: self.settings.sendingTime + Self.margin, retry: self.settings.retry)
    }
    var effect: StepEffect { .external }

    func perform(_ order: MailOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let permit = WorkPermit(run: context.fence.run.uuid, attempt: context.fence.attempt)
        guard let (delivery, tenant) = try await self.records.queue.pending(order.delivery) else {
            return DeliveryRecords.notNeeded("It was sent, refused or cancelled before.")
        }
        guard let tenant else {
            return try await self.records.cancel(delivery, "The tenant is deleted.", permit: permit)
        }
        let link = OpaqueToken.derived(from: self.seal, context: "activation/\(delivery.id)")
        // First of all: a mail that cannot be written opens no link.
        let message = try await self.message(delivery, tenant, link, permit)
        let expiresAt = self.now().addingTimeInterval(TenantService.activationLifetime)
        // Before the link is opened: a fenced write, so that an attempt that was given up opens none.
        let uncertain = try await self.records.queue.note(
            delivery.id, linkHash: link.hash, expiresAt: expiresAt, permit: permit)
        if let obstacle = try await self.open(link, until: expiresAt, delivery, tenant) {
            return try await self.records.cancel(delivery, obstacle, permit: permit)
        }
        guard uncertain < Self.uncertainLimit else { throw Self.mayHaveArrived(evidence: nil) }
        guard try await self.records.queue.handOver(delivery.id, permit: permit) else {
            return DeliveryRecords.notNeeded("It was cancelled meanwhile.")
        }
        return try await self.send(message, delivery, uncertain: uncertain, permit)
    }

    /// What was mailed stays mailed.
    func undo(_ order: MailOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["mail": "unchanged"]
    }

    /// The mail; if none can be made, that is what came of it.
    private func message(
        _ delivery: Delivery, _ tenant: Tenant, _ link: OpaqueToken, _ permit: WorkPermit
    ) async throws -> MailMessage {
        do {
            return try self.writer.message(delivery, for: tenant, link: link)
        } catch {
            let outcome = DeliveryOutcome(state: .bounced, replyCode: nil, reply: error.message)
            try await self.records.finish(delivery, outcome, permit: permit)
            throw StepFailure(
                "the mail cannot be written: \(error.message)", retry: .never,
                evidence: DeliveryRecords.evidence(outcome, delivery), cause: error)
        }
    }

    /// Opens the link of the mail, the same in every attempt, so that it works from whichever of them arrives.
    ///
    /// - Returns: why it must not be opened; nil if it is open.
    private func open(
        _ link: OpaqueToken, until expiresAt: Date, _ delivery: Delivery, _ tenant: Tenant
    ) async throws -> String? {
        let access = TenantAccess(
            verified: tenant.id, mode: .readWrite, principal: .system("mail"), tier: tenant.tier)
        // Whoever asks for a mail to be sent again wants its link in place of those that there were at that time, but
        // not in place of one that was made later and may be on its way to the administrator.
        let lastReplaced = delivery.resendOf.map { _ in
            delivery.createdAt.addingTimeInterval(TenantService.activationLifetime)
        }
        let opening = try await self.members.openActivation(
            tokenHash: link.hash, expiresAt: expiresAt, replacingUntil: lastReplaced, in: access)
        switch opening {
        case .opened: return nil
        case .notNeeded: return "The administrator has signed up already or may not sign in."
        case .otherLinkOpen: return "Another activation link was made meanwhile; it goes on working."
        }
    }

    private func send(
        _ message: MailMessage, _ delivery: Delivery, uncertain: Int, _ permit: WorkPermit
    ) async throws -> StepResult<NoOutput> {
        let receipt: MailReceipt
        do {
            receipt = try await self.settings.transport.send(message)
        } catch let failure as MailFailure {
            return try await self.handle(failure, delivery, uncertain: uncertain, permit)
        } catch let error as CancellationError {
            // The transport says so only if the mail has not left.
            let outcome = DeliveryOutcome(
                state: .deferred, replyCode: nil, reply: "The attempt was ended before the mail was sent.")
            try await self.records.finish(delivery, outcome, permit: permit)
            throw error
        }
        let outcome = DeliveryOutcome(state: .sent, replyCode: receipt.replyCode, reply: receipt.reply)
        try await self.records.finish(delivery, outcome, permit: permit)
        return StepResult(evidence: DeliveryRecords.evidence(outcome, delivery))
    }

    private func handle(
        _ failure: MailFailure, _ delivery: Delivery, uncertain: Int, _ permit: WorkPermit
    ) async throws -> StepResult<NoOutput> {
        let outcome = DeliveryOutcome(
            state: failure.kind == .rejected ? .bounced : .deferred, isUncertain: failure.kind == .outcomeUnknown,
            replyCode: failure.replyCode, reply: failure.reply)
        try await self.records.finish(delivery, outcome, permit: permit)
        let evidence = DeliveryRecords.evidence(outcome, delivery)
        switch failure.kind {
        // The work is done: it is known that the mail cannot be delivered.
        case .rejected: return StepResult(evidence: evidence)
        case .outcomeUnknown where uncertain + 1 >= Self.uncertainLimit:
            throw Self.mayHaveArrived(evidence: evidence)
        case .outcomeUnknown, .deferred, .misconfigured:
            let retry: StepFailure.Retry = failure.retryAfter.map { .after($0) } ?? .withBackoff
            throw StepFailure("\(failure)", retry: retry, evidence: evidence)
        }
    }

    private static func mayHaveArrived(evidence: JSONDocument?) -> StepFailure {
        StepFailure(
            "the mail was sent twice and nobody knows whether it arrived. Ask the administrator, or resend it",
            retry: .never, evidence: evidence)
    }
}
