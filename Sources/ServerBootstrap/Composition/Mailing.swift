import ControlPlane
import Identity
import Logging
public import Mail
import MailSMTP
import Tenancy
public import Workflow

/// How mail leaves the installation: the workflow that sends it, and the mailbox if it stays here.
public struct Mailing: Sendable {
    /// Sends one mail.
    public let workflow: Workflow
    /// Where mails are kept instead of being sent; nil if they are sent.
    public let mailbox: Mailbox?

    init(
        _ configuration: MailConfiguration, queue: any DeliveryQueue, members: any MemberRepository, seal: SecretSeal,
        urls: TenantURL, _ logger: Logger
    ) throws {
        let transport: any MailTransport
        var sendingTime = Duration.seconds(30)
        switch configuration.way {
        case .smtp(let settings):
            transport = try SMTPTransport(settings, logger: logger)
            sendingTime = settings.totalTimeout
            self.mailbox = nil
        case .mailbox(let folder):
            let mailbox = Mailbox(folder: folder)
            transport = MailboxTransport(mailbox)
            self.mailbox = mailbox
        }
        var retry = MailSettings.standardRetry
        retry.base = configuration.retry
        self.workflow = try DeliveryWorkflow.make(
            queue: queue, members: members, seal: seal, urls: urls,
            settings: MailSettings(
                transport: transport, from: configuration.from, productName: configuration.productName,
                sendingTime: sendingTime, retry: retry))
    }
}
