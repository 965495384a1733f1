public import Logging
public import Mail

/// Sends mails to an SMTP server (RFC 5321), each over a connection of its own.
///
/// Threads of its own wait for the server, and only while there is something to send: there is nothing to shut down.
public final class SMTPTransport: MailTransport {
    /// The server and how to talk to it.
    public let configuration: SMTPConfiguration
    private let threads: SendingThreads
    private let logger: Logger

    /// Takes the settings; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: The server and how to talk to it.
    ///   - connections: How many mails are sent at the same time at most; more wait for their turn.
    ///   - logger: For what the server says, at level debug.
    /// - Throws: ``MailFailure`` of kind `misconfigured`; see ``SMTPConfiguration/check()``.
    public init(
        _ configuration: SMTPConfiguration, connections: Int = 4, logger: Logger = Logger(label: "bulkhead.mail")
    ) throws(MailFailure) {
        try configuration.check()
        self.configuration = configuration
        self.threads = SendingThreads(limit: connections)
        self.logger = logger
    }

    /// Sends one mail and waits for the reply to its content.
    ///
    /// A cancelled task ends the wait within about a second. If the content was begun by then, that is a
    /// ``MailFailure`` of kind `outcomeUnknown` and no `CancellationError`: the mail may have been accepted.
    /// - Throws: ``MailFailure``; `CancellationError` if the task was cancelled before the content was begun.
    public func send(_ message: MailMessage) async throws -> MailReceipt {
        let cancel = CancelFlag()
        let transfer = SMTPTransfer(
            configuration: self.configuration, sender: message.from.address, recipient: message.to.address,
            content: message.rendered(), cancel: cancel)
        let verdict = try await withTaskCancellationHandler {
            try await self.threads.run { try transfer.run() }
        } onCancel: {
            cancel.raise()
        }
        switch verdict {
        case .accepted(let receipt):
            self.log(message, "accepted", receipt.reply)
            return receipt
        case .failed(let failure):
            self.log(message, failure.kind.rawValue, failure.reply)
            throw failure
        case .cancelled:
            throw CancellationError()
        }
    }

    private func log(_ message: MailMessage, _ outcome: String, _ reply: String) {
        self.logger.debug(
            "mail sent",
            metadata: ["messageID": "\(message.id)", "outcome": "\(outcome)", "reply": "\(reply)"])
    }
}
