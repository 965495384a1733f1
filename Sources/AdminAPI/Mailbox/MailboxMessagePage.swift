import BulkheadHummingbird
import Hummingbird
import Mail

/// One mail: its head, its text with links that can be clicked, and its HTML in a frame without rights.
struct MailboxMessagePage: Sendable {
    let message: MailboxMessage

    var response: Response {
        MailboxPage(title: self.message.entry.subject, content: self.content).response
    }

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
            <iframe src="\(path)/html" sandbox title="The mail as HTML"></iframe>
            <p><a href="\(path)/source">Source</a></p>
            """
    }

    private static func row(_ header: MailboxMessage.Header) -> String {
        "<tr><th scope=\"row\">\(HTMLText.escaped(header.name))</th><td>\(HTMLText.escaped(header.value))</td></tr>"
    }
}
