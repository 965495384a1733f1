import BulkheadHummingbird
import Foundation
import Tenancy

/// A mail on its way as the admin API shows it: without its text, so without the link that is in it.
struct DeliveryDocument: JSONWritable {
    let delivery: Delivery

    func write(to json: inout JSONWriter) {
        let delivery = self.delivery
        json.object { json in
            json.member("id", delivery.id.uuid)
            json.member("tenantId", delivery.tenant.uuid)
            json.member("kind", delivery.kind)
            json.member("recipient", delivery.recipient.description)
            json.member("state", delivery.state.rawValue)
            json.member("attempts", delivery.attempts)
            if delivery.replyCode != nil || delivery.reply != nil { self.writeReply(to: &json) }
            json.member("messageId", delivery.messageID)
            if let date = delivery.linkExpiresAt { json.member("linkExpiresAt", date) }
            if let date = delivery.linkUsedAt { json.member("linkUsedAt", date) }
            if let id = delivery.resendOf { json.member("resendOf", id.uuid) }
            json.member("createdAt", delivery.createdAt)
            json.member("updatedAt", delivery.updatedAt)
            if let date = delivery.sentAt { json.member("sentAt", date) }
        }
    }

    private func writeReply(to json: inout JSONWriter) {
        json.name("reply")
        json.object { json in
            if let code = self.delivery.replyCode { json.member("code", code) }
            if let text = self.delivery.reply { json.member("text", text) }
        }
    }
}
