public import Foundation
public import Identity
import Mail
public import Tenancy
public import Workflow

/// The workflow that sends one mail: attempts until the next server has taken it over or refused it for good.
public enum DeliveryWorkflow {
    /// The workflow over these ports.
    ///
    /// - Parameters:
    ///   - queue: knows the mails.
    ///   - members: opens the links that are mailed.
    ///   - seal: the installation's secret, from which links are made.
    ///   - urls: how links to tenants look.
    /// - Throws: `MailError` if the templates of this program are missing.
    public static func make(
        queue: any DeliveryQueue, members: any MemberRepository, seal: SecretSeal, urls: TenantURL,
        settings: MailSettings, now: @escaping @Sendable () -> Date = { Date() }
    ) throws -> Workflow {
        let step = DeliveryStep(
            queue: queue, members: members, seal: seal, urls: urls, settings: settings,
            template: try MailTemplate(named: "welcome"), now: now)
        // Nothing is undone: what was mailed was mailed. A mail that could not be sent waits for an operator.
        return Workflow(
            WorkflowName(rawValue: MailOrder.workflowName), input: MailOrder.self, exhaustion: .deadLetter,
            steps: [step])
    }
}

/// Sends the mail, once an attempt.
struct DeliveryStep: WorkflowStep {
    /// How often a mail is sent again although it may have arrived: one duplicate is better than none, two are not.
    static let uncertainLimit = 2

    let queue: any DeliveryQueue
    let members: any MemberRepository
    let seal: SecretSeal
    let urls: TenantURL
    let settings: MailSettings
    let template: MailTemplate
    let now: @Sendable () -> Date

    var name: StepName { StepName(rawValue: MailOrder.stepNames[0]) }
    var policy: StepPolicy { StepPolicy(timeout: .seconds(180), retry: self.settings.retry) }
    var hasExternalEffect: Bool { true }

    func perform(_ order: MailOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        guard let (delivery, tenant) = try await self.queue.pending(order.delivery) else {
            return StepResult(evidence: ["outcome": "notNeeded"])
        }
        let permit = WorkPermit(run: context.fence.run.uuid, attempt: context.fence.attempt)
        guard let message = try await self.message(delivery, tenant, permit) else {
            let outcome = DeliveryOutcome(
                state: .cancelled, replyCode: nil, reply: "The administrator has signed up already or may not sign in.")
            try await self.queue.finish(delivery.id, outcome, permit: permit)
            return StepResult(evidence: ["outcome": "notNeeded"])
        }
        do {
            let receipt = try await self.settings.transport.send(message)
            let outcome = DeliveryOutcome(state: .sent, replyCode: receipt.replyCode, reply: receipt.reply)
            try await self.queue.finish(delivery.id, outcome, permit: permit)
            return StepResult(evidence: Self.evidence(outcome, message))
        } catch let failure as MailFailure {
            return try await self.handle(failure, delivery, message, permit)
        }
    }

    /// What was mailed stays mailed.
    func undo(_ order: MailOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["mail": "unchanged"]
    }

    /// The mail, with a link that works from now on; nil if there is nobody who needs one.
    ///
    /// The link is the same in every attempt, so that it works from whichever of them arrives.
    private func message(_ delivery: Delivery, _ tenant: Tenant, _ permit: WorkPermit) async throws -> MailMessage? {
        let token = OpaqueToken.derived(from: self.seal, context: "activation/\(delivery.id)")
        let expiresAt = self.now().addingTimeInterval(TenantService.activationLifetime)
        let access = TenantAccess(
            verified: tenant.id, mode: .readWrite, principal: .system("mail"), tier: tenant.tier)
        // Before the link is opened: a fenced write, so that an attempt that was given up opens none.
        try await self.queue.note(delivery.id, linkHash: token.hash, expiresAt: expiresAt, permit: permit)
        guard try await self.members.openActivation(tokenHash: token.hash, expiresAt: expiresAt, in: access) else {
            return nil
        }
        let content = try self.template.render([
            "companyName": tenant.name, "subdomain": tenant.subdomain.description,
            "url": self.urls.url(of: tenant.subdomain), "adminName": delivery.recipientName,
            "adminEmail": delivery.recipient.description,
            "activationURL": self.urls.activationURL(of: tenant.subdomain, token: token), "expiresIn": "24 hours",
            "productName": self.settings.productName,
        ])
        return try MailMessage(
            id: try MessageID(parsing: delivery.messageID), date: delivery.createdAt, from: self.settings.from,
            to: try MailAddress(name: delivery.recipientName, address: delivery.recipient.description),
            content: content)
    }

    private func handle(
        _ failure: MailFailure, _ delivery: Delivery, _ message: MailMessage, _ permit: WorkPermit
    ) async throws -> StepResult<NoOutput> {
        let isUncertain = failure.kind == .outcomeUnknown
        let outcome = DeliveryOutcome(
            state: failure.kind == .rejected ? .bounced : .deferred, isUncertain: isUncertain,
            replyCode: failure.replyCode, reply: failure.reply)
        try await self.queue.finish(delivery.id, outcome, permit: permit)
        let evidence = Self.evidence(outcome, message)
        switch failure.kind {
        // The work is done: it is known that the mail cannot be delivered.
        case .rejected: return StepResult(evidence: evidence)
        case .outcomeUnknown where delivery.uncertain + 1 >= Self.uncertainLimit:
            throw StepFailure(
                "the mail server twice did not answer behind the content; the mail may have arrived. Ask the"
                    + " administrator, or resend it", retry: .never, evidence: evidence)
        case .outcomeUnknown, .deferred, .misconfigured:
            let retry: StepFailure.Retry = failure.retryAfter.map { .after($0) } ?? .withBackoff
            throw StepFailure("\(failure)", retry: retry, evidence: evidence)
        }
    }

    private static func evidence(_ outcome: DeliveryOutcome, _ message: MailMessage) -> JSONDocument {
        [
            "outcome": .string(outcome.state.rawValue), "uncertain": .bool(outcome.isUncertain),
            "replyCode": outcome.replyCode.map { .integer($0) } ?? .null, "reply": .string(outcome.reply),
            "messageId": .string(message.id.description),
        ]
    }
}
