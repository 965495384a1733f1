import BulkheadHummingbird
import Foundation
import Mail

/// A mail in the list, for scripts.
struct MailboxEntryDocument: JSONWritable {
    let entry: MailboxEntry

    func write(to json: inout JSONWriter) {
        json.object { self.writeMembers(to: &$0) }
    }

    func writeMembers(to json: inout JSONWriter) {
        json.member("id", self.entry.id)
        json.member("date", self.entry.date)
        json.member("to", self.entry.to)
        json.member("subject", self.entry.subject)
    }
}

/// A mail, for scripts.
struct MailboxMessageDocument: JSONWritable {
    let message: MailboxMessage

    func write(to json: inout JSONWriter) {
        json.object { json in
            MailboxEntryDocument(entry: self.message.entry).writeMembers(to: &json)
            json.member("messageId", self.message.messageID.description)
            json.name("headers")
            json.array { json in
                for header in self.message.headers {
                    json.object { json in
                        json.member("name", header.name)
                        json.member("value", header.value)
                    }
                }
            }
            json.member("text", self.message.text)
            json.member("html", self.message.html)
        }
    }
}
