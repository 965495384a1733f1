import Foundation
import Mail

/// Mails for tests.
enum Sample {
    static let uuid = UUID(uuidString: "6F9619FF-8B86-4011-B42D-00C04FC964FF")!

    static func message(
        to: MailAddress? = nil, subject: String = "Hello", text: String = "text", html: String = "<p>html</p>",
        replyTo: MailAddress? = nil
    ) throws -> MailMessage {
        try MailMessage(
            id: MessageID(uuid: self.uuid, domain: "example.com"), date: Date(timeIntervalSince1970: 1_700_000_000.9),
            from: MailAddress(name: "Bulkhead", address: "no-reply@example.com"),
            to: to ?? MailAddress(address: "ada@example.org"), replyTo: replyTo,
            content: MailContent(subject: subject, text: text, html: html))
    }

    static func lines(_ message: MailMessage) -> [String] {
        String(decoding: message.rendered(), as: UTF8.self).components(separatedBy: "\r\n")
    }

    /// The lines of a header as they were before folding.
    static func header(_ name: String, of message: MailMessage) -> String? {
        let head = self.lines(message).prefix { !$0.isEmpty }.joined(separator: "\n")
            .replacingOccurrences(of: "\n ", with: " ")
        return head.components(separatedBy: "\n").first { $0.hasPrefix(name + ": ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }
}
