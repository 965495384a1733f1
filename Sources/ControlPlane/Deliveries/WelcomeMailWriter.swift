import Identity
import Mail
import Tenancy

/// Writes the mail to a tenant's first administrator: the same in every attempt.
struct WelcomeMailWriter: Sendable {
    let template: MailTemplate
    let urls: TenantURL
    let from: MailAddress
    let productName: String

    /// The mail that carries this link.
    ///
    /// - Throws: `MailError` if no mail can be made of what is known: the next attempt would come to the same.
    func message(_ delivery: Delivery, for tenant: Tenant, link: OpaqueToken) throws(MailError) -> MailMessage {
        let content = try self.template.render([
            "companyName": tenant.name, "subdomain": tenant.subdomain.description,
            "url": self.urls.url(of: tenant.subdomain), "adminName": delivery.recipientName,
            "adminEmail": delivery.recipient.description,
            "activationURL": self.urls.activationURL(of: tenant.subdomain, token: link), "expiresIn": "24 hours",
            "productName": self.productName,
        ])
        return try MailMessage(
            id: try MessageID(parsing: delivery.messageID), date: delivery.createdAt, from: self.from,
            to: try MailAddress(name: delivery.recipientName, address: delivery.recipient.description),
            content: content)
    }
}
