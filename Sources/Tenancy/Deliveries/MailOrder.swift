/// What the workflow that sends a mail is started with.
public struct MailOrder: Codable, Sendable, Hashable {
    /// The name of the workflow; stored.
    public static let workflowName = "mail.deliver"
    /// The names of its steps; stored.
    public static let stepNames = ["send"]

    /// The mail.
    public var delivery: DeliveryID

    /// An order.
    public init(delivery: DeliveryID) { self.delivery = delivery }
}
