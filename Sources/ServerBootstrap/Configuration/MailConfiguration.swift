public import Foundation
public import Mail
public import MailSMTP

/// How mail leaves the installation.
public struct MailConfiguration: Sendable, Equatable {
    /// Where mails go.
    public enum Way: Sendable, Equatable {
        /// To the next server.
        case smtp(SMTPConfiguration)
        /// Into a folder, for people to look at.
        case mailbox(URL)
    }

    /// Where mails go.
    public var way: Way
    /// Whom they are from.
    public var from: MailAddress
    /// What the product calls itself.
    public var productName: String
    /// The first pause before a mail that was not taken is tried again.
    public var retry: Duration

    /// Settings.
    public init(way: Way, from: MailAddress, productName: String, retry: Duration) {
        self.way = way
        self.from = from
        self.productName = productName
        self.retry = retry
    }
}
