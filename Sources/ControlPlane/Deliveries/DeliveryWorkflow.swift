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
        let writer = WelcomeMailWriter(
            template: try MailTemplate(named: "welcome"), urls: urls, from: settings.from,
            productName: settings.productName)
        let step = DeliveryStep(
            records: DeliveryRecords(queue: queue), members: members, seal: seal, settings: settings, writer: writer,
            now: now)
        // Nothing is undone: what was mailed was mailed. A mail that could not be sent waits for an operator.
        return Workflow(
            WorkflowName(rawValue: MailOrder.workflowName), input: MailOrder.self, exhaustion: .deadLetter,
            steps: [step])
    }
}
