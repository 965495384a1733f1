/// Why a mail was not accepted, and so what to do next.
public struct MailFailure: Error, Equatable, Sendable {
    /// What to do next.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// Not now: a 4xx reply, or no connection. The mail was not accepted; try again later.
        case deferred
        /// Never: a 5xx reply to the recipient or the content. Trying again changes nothing.
        case rejected
        /// The server or the settings for it are wrong: the login is refused, the certificate is not trusted, there is
        /// no TLS. It says nothing about the recipient; an operator must act. Try again later.
        case misconfigured
        /// The connection broke, or time ran out, after the content was begun and before the reply to it: the mail may
        /// have been accepted. Trying again may deliver it twice (RFC 1047).
        case outcomeUnknown
    }

    /// What to do next.
    public let kind: Kind
    /// The code of the server's reply that decided; nil if no reply did.
    public let replyCode: Int?
    /// What the server said, or else what happened: one printable line, at most 500 characters, without secrets.
    public let reply: String
    /// How long to wait before the next attempt, if somebody said so.
    public let retryAfter: Duration?

    /// Takes a failure; the reply may be as it came.
    public init(_ kind: Kind, replyCode: Int? = nil, reply: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.replyCode = replyCode
        self.reply = ReplyText.printable(reply)
        self.retryAfter = retryAfter
    }

    /// Whether another attempt makes sense.
    public var mayBeRetried: Bool { self.kind != .rejected }
}

extension MailFailure: CustomStringConvertible, CustomDebugStringConvertible {
    /// What happened and what to do, without the server's words.
    public var description: String {
        let code = self.replyCode.map { " (\($0))" } ?? ""
        return switch self.kind {
        case .deferred: "The mail server does not take the mail now\(code). It is tried again later."
        case .rejected: "The mail server refuses the mail\(code). Check the recipient's address."
        case .misconfigured: "The mail server cannot be used as it is set up\(code). Check the settings for mail."
        case .outcomeUnknown: "The mail was sent, but the mail server did not confirm it. It may arrive."
        }
    }

    /// The kind and the server's words.
    public var debugDescription: String { "\(self.kind.rawValue): \(self.reply)" }
}
