/// Brings a mail to the next server, or wherever mails go here.
public protocol MailTransport: Sendable {
    /// Sends one mail and waits for the answer.
    ///
    /// - Throws: ``MailFailure``; `CancellationError` if the task was cancelled before the mail left.
    func send(_ message: MailMessage) async throws -> MailReceipt
}

/// What was said when a mail was accepted.
public struct MailReceipt: Equatable, Sendable {
    /// The code of the reply (RFC 5321, section 4.2); nil if there was no server.
    public let replyCode: Int?
    /// What the server said, code included: one printable line, at most 500 characters.
    public let reply: String

    /// Takes a reply as it came.
    public init(replyCode: Int?, reply: String) {
        self.replyCode = replyCode
        self.reply = ReplyText.printable(reply)
    }
}
