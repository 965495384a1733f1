import Foundation
import Mail
import MailSMTP
import TestSupport

/// Mails and servers for tests.
enum Sample {
    static func message(
        to local: String = "ada", name: String? = nil, subject: String = "Hello", text: String = "text\n",
        html: String = "<p>html</p>\n", id: UUID = UUID()
    ) throws -> MailMessage {
        try MailMessage(
            id: MessageID(uuid: id, domain: "example.com"), date: Date(timeIntervalSince1970: 1_700_000_000),
            from: MailAddress(name: "Bulkhead", address: "no-reply@example.com"),
            to: MailAddress(name: name, address: "\(local)@example.org"),
            content: MailContent(subject: subject, text: text, html: html))
    }

    static func transport(
        to server: SMTPServer, totalTimeout: Duration = .seconds(20), connections: Int = 4
    ) throws -> SMTPTransport {
        try SMTPTransport(
            SMTPConfiguration(host: "127.0.0.1", port: server.port, security: .none, totalTimeout: totalTimeout),
            connections: connections)
    }

    /// The failure of a mail that must not be accepted.
    static func failure(_ transport: SMTPTransport, _ message: MailMessage) async throws -> MailFailure? {
        do {
            _ = try await transport.send(message)
            return nil
        } catch let failure as MailFailure {
            return failure
        }
    }

    /// A task that sends a mail, to be cancelled.
    static func sending(_ message: MailMessage, by transport: SMTPTransport) -> Task<MailReceipt, any Error> {
        // Awaited by the test, which needs a handle to cancel.
        Task { try await transport.send(message) }
    }
}
