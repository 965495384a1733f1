public import Mail
public import Workflow

/// How mail leaves the installation.
public struct MailSettings: Sendable {
    /// Takes mails away.
    public var transport: any MailTransport
    /// Whom they are from.
    public var from: MailAddress
    /// What the product calls itself in mails.
    public var productName: String
    /// How long the transport may take over one mail.
    public var sendingTime: Duration
    /// When a mail that was not taken is tried again.
    public var retry: RetryPolicy

    /// Twenty attempts, from half a minute to an hour apart: some fourteen hours in all.
    public static let standardRetry = RetryPolicy(maximumAttempts: 20, base: .seconds(30), cap: .seconds(3600))

    /// Settings.
    ///
    /// - Parameter sendingTime: how long the transport takes over one mail at most, by its own settings.
    public init(
        transport: any MailTransport, from: MailAddress, productName: String, sendingTime: Duration = .seconds(120),
        retry: RetryPolicy = MailSettings.standardRetry
    ) {
        self.transport = transport
        self.from = from
        self.productName = productName
        self.sendingTime = sendingTime
        self.retry = retry
    }
}
