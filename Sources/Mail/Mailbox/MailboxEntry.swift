public import Foundation

/// A mail in the mailbox, without what it says.
public struct MailboxEntry: Codable, Equatable, Sendable {
    /// The name of the mail in this mailbox; a later mail has a greater one.
    public let id: String
    /// When it was delivered here.
    public let date: Date
    /// Whom it is to, as people write it.
    public let to: String
    /// The subject.
    public let subject: String
}

/// A mail in the mailbox.
public struct MailboxMessage: Codable, Equatable, Sendable {
    /// A line of the mail's head, decoded.
    public struct Header: Codable, Equatable, Sendable {
        /// The name, such as `Message-ID`.
        public let name: String
        /// The value.
        public let value: String
    }

    /// What the list shows.
    public let entry: MailboxEntry
    /// The identity, the same for all attempts to deliver the mail.
    public let messageID: MessageID
    /// What is worth knowing of the head, in the order in which it is sent.
    public let headers: [Header]
    /// The mail as text.
    public let text: String
    /// The mail as HTML.
    ///
    /// From strangers' values, so show it without scripts and without the page's rights.
    public let html: String

    init(_ message: MailMessage, id: String, date: Date) {
        self.entry = MailboxEntry(id: id, date: date, to: message.to.description, subject: message.subject)
        self.messageID = message.id
        var headers = [
            Header(name: "Date", value: MailDate.text(message.date)),
            Header(name: "From", value: message.from.description),
            Header(name: "To", value: message.to.description),
        ]
        if let replyTo = message.replyTo { headers.append(Header(name: "Reply-To", value: replyTo.description)) }
        headers.append(Header(name: "Subject", value: message.subject))
        headers.append(Header(name: "Message-ID", value: message.id.description))
        self.headers = headers
        self.text = message.text
        self.html = message.html
    }
}
