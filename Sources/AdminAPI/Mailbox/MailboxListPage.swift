import BulkheadHummingbird
import Hummingbird
import Mail

/// All mails in the mailbox, newest first; loads itself anew, unless somebody would rather read in peace.
struct MailboxListPage: Sendable {
    let entries: [MailboxEntry]
    let isPaused: Bool

    var response: Response {
        MailboxPage(title: "Mailbox", refresh: self.isPaused ? nil : 5, content: self.note + self.list).response
    }

    private var note: String {
        self.isPaused
            ? #"<p class="soft">Not refreshed. <a href="/mailbox">Refresh by itself</a></p>"#
            : #"<p class="soft">Refreshed every 5 seconds. <a href="/mailbox?refresh=off">Stop refreshing</a></p>"#
    }

    private var list: String {
        guard !self.entries.isEmpty else {
            return "\n<p>No mail yet. Create a tenant, and its welcome mail is here.</p>"
        }
        return """

            <table class="list">
            <thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Date</th></tr></thead>
            <tbody>
            \(self.entries.map(Self.row).joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    private static func row(_ entry: MailboxEntry) -> String {
        """
        <tr><td><a href="/mailbox/\(HTMLText.escaped(entry.id))">\(HTMLText.escaped(entry.subject))</a></td>\
        <td>\(MailboxPage.breakable(entry.to))</td><td>\(MailboxPage.time(entry.date))</td></tr>
        """
    }
}
