import Foundation

/// What a test's SMTP server does at one place of the dialogue; everywhere else it accepts.
public struct SMTPBehaviour: Sendable {
    /// Where in the dialogue.
    public enum Stage: String, Codable, Sendable {
        /// At MAIL FROM. A behaviour for one recipient is no use here: the recipient is not known yet.
        case sender = "mail"
        /// At RCPT TO.
        case recipient = "rcpt"
        /// After the content.
        case content = "data"
        /// At QUIT. A behaviour for one recipient is no use here either.
        case farewell = "quit"
    }

    private enum Action: String, Codable, Sendable { case reply, drop, hang }

    private var id = UUID().uuidString
    private var stage: Stage?
    private var action: Action?
    private var code: Int?
    private var text: String?
    /// How many times; nil is always.
    private var times: Int?
    /// Whether the content counts as delivered although the reply never came.
    private var isDelivered: Bool?
    var recipient: String?

    /// Takes every mail.
    public static let accept = SMTPBehaviour()

    /// Answers with a reply of one line.
    ///
    /// - Parameters:
    ///   - code: Such as 451, 421 or 550.
    ///   - text: What follows the code.
    ///   - stage: Where in the dialogue.
    ///   - times: For the next so many mails; nil is for all.
    public static func reply(_ code: Int, _ text: String, at stage: Stage, times: Int? = nil) -> SMTPBehaviour {
        var behaviour = SMTPBehaviour()
        behaviour.stage = stage
        behaviour.action = .reply
        behaviour.code = code
        behaviour.text = text
        behaviour.times = times
        return behaviour
    }

    /// Cuts the connection instead of answering.
    ///
    /// - Parameters:
    ///   - stage: Where in the dialogue.
    ///   - delivered: Whether the mail is among ``SMTPServer/messages()``: after the content, the other side cannot know.
    ///   - times: For the next so many mails; nil is for all.
    public static func drop(at stage: Stage, delivered: Bool = true, times: Int? = nil) -> SMTPBehaviour {
        var behaviour = SMTPBehaviour()
        behaviour.stage = stage
        behaviour.action = .drop
        behaviour.times = times
        behaviour.isDelivered = delivered && stage == .content
        return behaviour
    }

    /// Never answers.
    ///
    /// - Parameters:
    ///   - stage: Where in the dialogue.
    ///   - delivered: Whether the mail is among ``SMTPServer/messages()``: after the content, the other side cannot know.
    ///   - times: For the next so many mails; nil is for all.
    public static func hang(at stage: Stage, delivered: Bool = true, times: Int? = nil) -> SMTPBehaviour {
        var behaviour = SMTPBehaviour.drop(at: stage, delivered: delivered, times: times)
        behaviour.action = .hang
        return behaviour
    }
}

extension SMTPBehaviour: Encodable {
    /// The same, counted from the beginning.
    var renewed: SMTPBehaviour {
        var copy = self
        copy.id = UUID().uuidString
        return copy
    }
}
