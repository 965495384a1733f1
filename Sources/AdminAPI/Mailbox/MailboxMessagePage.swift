import BulkheadHummingbird
import Hummingbird
import Mail

/// One mail: its head, its text with links that can be clicked, and its HTML in a frame that may do nothing but open
/// its links.
struct MailboxMessagePage: Sendable {
    let message: MailboxMessage

    var response: Response {
        MailboxPage(title: self.message.entry.subject, content: self.content).response
    }

    /// What the mail's HTML may do: open its links, each in a window of its own; what is there is no longer a mail and
    /// has the rights of any page.
    static let rights = "allow-popups allow-popups-to-escape-sandbox"

    private var content: String {
        let path = "/mailbox/\(HTMLText.escaped(self.message.entry.id))"
        return """
            <table>
            <caption class="soft">Delivered \(MailboxPage.time(self.message.entry.date))</caption>
            <tbody>
            \(self.message.headers.map(Self.row).joined(separator: "\n"))
            </tbody>
            </table>
            <h2>Text</h2>
            <pre>\(LinkedText.html(self.message.text))</pre>
            <h2>HTML</h2>
            <iframe src="\(path)/html" sandbox="\(Self.rights)" title="The mail as HTML"></iframe>
            <p><a href="\(path)/source">Source</a></p>
            """
    }

    private static func row(_ header: MailboxMessage.Header) -> String {
        "<tr><th scope=\"row\">\(HTMLText.escaped(header.name))</th><td>\(MailboxPage.breakable(header.value))</td></tr>"
    }
}
