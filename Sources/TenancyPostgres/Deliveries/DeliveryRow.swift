import Foundation
import Postgres
import Tenancy
import Workflow

/// How `bulkhead.deliveries` is read and written.
struct DeliveryRow: Sendable {
    let id: UUID
    let tenant: TenantID
    let runID: UUID
    let recipient: EmailAddress
    let name: String
    let messageID: String
    let resendOf: DeliveryID?

    /// A mail that nobody has tried to send; its run and its `Message-ID` follow from its id.
    static func new(
        tenant: TenantID, recipient: EmailAddress, name: String, domain: String, resendOf: DeliveryID? = nil
    ) -> DeliveryRow {
        let id = UUID()
        return DeliveryRow(
            id: id, tenant: tenant, runID: UUID(), recipient: recipient, name: name,
            messageID: "<\(id.uuidString.lowercased())@\(domain)>", resendOf: resendOf)
    }

    /// Adds the mail.
    ///
    /// - Parameter unlessPresent: whether a mail of the kind that the tenant has had already makes this one superfluous.
    func insertion(unlessPresent: Bool = false) -> PostgresQuery {
        """
        INSERT INTO bulkhead.deliveries (id, tenant_id, run_id, kind, recipient, recipient_name, message_id, resend_of)
        VALUES (\(self.id)::uuid, \(self.tenant.uuid)::uuid, \(self.runID)::uuid, 'welcome',
                \(self.recipient.description), \(self.name), \(self.messageID), \(self.resendOf?.uuid)::uuid)
        \(unescaped: unlessPresent ? "ON CONFLICT (tenant_id, kind) WHERE resend_of IS NULL DO NOTHING" : "")
        """
    }

    /// The run that sends it.
    func run() throws -> RunHeader {
        RunHeader(
            id: RunID(self.runID), workflow: WorkflowName(rawValue: MailOrder.workflowName),
            subject: "mail:\(DeliveryID(self.id))",
            input: try JSONDocument(encoding: MailOrder(delivery: DeliveryID(self.id))),
            plan: MailOrder.stepNames.map { StepName(rawValue: $0) })
    }

    static func select(_ clause: PostgresQueryPart) -> PostgresQuery {
        """
        SELECT d.id, d.tenant_id, d.kind, d.recipient, d.recipient_name, d.message_id, d.state, d.attempts, d.uncertain,
               d.reply_code, d.reply, d.link_expires_at, d.link_used_at, d.resend_of, d.created_at, d.updated_at,
               d.sent_at
        FROM bulkhead.deliveries d \(part: clause)
        """
    }

    static func delivery(_ row: PostgresRow) throws -> Delivery {
        let id = try row[0].decode(UUID.self)
        guard let recipient = EmailAddress(try row[3].decode(String.self)),
            let state = DeliveryState(rawValue: try row[6].decode(String.self))
        else { throw CatalogError.unreadable("delivery \(id)") }
        return Delivery(
            id: DeliveryID(id), tenant: TenantID(try row[1].decode(UUID.self)), kind: try row[2].decode(String.self),
            recipient: recipient, recipientName: try row[4].decode(String.self),
            messageID: try row[5].decode(String.self), state: state, attempts: try row[7].decode(Int.self),
            uncertain: try row[8].decode(Int.self), replyCode: try row[9].decode(Int?.self),
            reply: try row[10].decode(String?.self), linkExpiresAt: try row[11].decode(Date?.self),
            linkUsedAt: try row[12].decode(Date?.self),
            resendOf: try row[13].decode(UUID?.self).map { DeliveryID($0) }, createdAt: try row[14].decode(Date.self),
            updatedAt: try row[15].decode(Date.self), sentAt: try row[16].decode(Date?.self))
    }
}
