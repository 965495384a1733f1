/// Delivers into the built-in mailbox.
public struct MailboxTransport: MailTransport {
    /// Where mails go.
    public let mailbox: Mailbox

    /// Delivers into this mailbox.
    public init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    /// Stores the mail.
    ///
    /// - Throws: ``MailFailure`` of kind `deferred` when the folder cannot be written.
    public func send(_ message: MailMessage) async throws -> MailReceipt {
        do {
            let id = try self.mailbox.store(message)
            return MailReceipt(replyCode: nil, reply: "stored in the mailbox as \(id)")
        } catch {
            throw MailFailure(.deferred, reply: error.description)
        }
    }
}
