public import Foundation

/// One mail to one person, as text and as HTML.
///
/// It says that no person wrote it (`Auto-Submitted`, RFC 3834), so that absence notes do not answer it.
public struct MailMessage: Equatable, Sendable {
    /// The identity, the same for all attempts.
    public let id: MessageID
    /// When the mail was written; whole seconds are sent.
    public let date: Date
    /// Whom it is from; also the address to which a server would send a bounce.
    public let from: MailAddress
    /// Whom it is to.
    public let to: MailAddress
    /// Where answers go; nil is ``from``.
    public let replyTo: MailAddress?
    /// One line of at most 800 bytes of UTF-8.
    public let subject: String
    /// The mail for programs that show no HTML.
    public let text: String
    /// The mail for all others.
    public let html: String

    /// Takes the parts of a mail.
    ///
    /// - Parameters:
    ///   - id: The identity, the same for all attempts.
    ///   - date: When the mail was written; the same for all attempts if they are to be the same bytes.
    ///   - from: Whom it is from.
    ///   - to: Whom it is to.
    ///   - replyTo: Where answers go; nil is `from`.
    ///   - content: Subject, text and HTML; a subject that is longer than fits is cut off.
    /// - Throws: ``MailError`` with code `invalidSubject`.
    public init(
        id: MessageID, date: Date, from: MailAddress, to: MailAddress, replyTo: MailAddress? = nil,
        content: MailContent
    ) throws(MailError) {
        guard HeaderText.isSubject(content.subject) else {
            throw MailError(.invalidSubject, "A subject must be one line that says something.")
        }
        self.id = id
        self.date = date
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = HeaderText.cut(content.subject, to: Self.subjectLimit)
        self.text = content.text
        self.html = content.html
    }

    /// The most bytes of a subject; nobody reads as much.
    private static let subjectLimit = 800
}

/// What a mail says: one line, and the same twice.
public struct MailContent: Equatable, Sendable {
    /// One line.
    public let subject: String
    /// For programs that show no HTML.
    public let text: String
    /// For all others.
    public let html: String

    /// Takes the three parts.
    public init(subject: String, text: String, html: String) {
        self.subject = subject
        self.text = text
        self.html = html
    }
}
