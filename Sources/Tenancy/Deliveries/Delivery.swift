public import Foundation

/// What a ``DeliveryID`` identifies.
public enum DeliveryKind {}
/// Identifies one mail on its way, through all attempts.
public typealias DeliveryID = Identifier<DeliveryKind>

/// How far a mail has come.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
    /// Nobody has tried yet.
    case queued
    /// The next server has taken it over.
    case sent
    /// An attempt failed; there will be another, or the last one left it open whether the mail arrived.
    case deferred
    /// Refused for good.
    case bounced
    /// Nobody wants it sent any more.
    case cancelled
}

/// A mail on its way to a tenant's member.
public struct Delivery: Sendable, Hashable, Identifiable {
    /// Identifies it through all attempts.
    public let id: DeliveryID
    /// Whose member it is for.
    public let tenant: TenantID
    /// What it is: `welcome`.
    public let kind: String
    /// Where it goes.
    public let recipient: EmailAddress
    /// To whom.
    public let recipientName: String
    /// The `Message-ID`, the same in all attempts.
    public let messageID: String
    /// How far it has come.
    public var state: DeliveryState
    /// How often it was tried.
    public var attempts: Int
    /// How many of the attempts left it open whether the mail arrived.
    public var uncertain: Int
    /// The last reply of the next server, as a number; nil if there was none.
    public var replyCode: Int?
    /// The last reply, or what happened instead.
    public var reply: String?
    /// Until when its link works; nil if it was not sent.
    public var linkExpiresAt: Date?
    /// When its link was used.
    public var linkUsedAt: Date?
    /// The mail that this one repeats on somebody's request.
    public var resendOf: DeliveryID?
    /// When it was queued.
    public let createdAt: Date
    /// When something last happened to it.
    public var updatedAt: Date
    /// When the next server took it over.
    public var sentAt: Date?

    /// A mail as the catalog has it.
    public init(
        id: DeliveryID, tenant: TenantID, kind: String, recipient: EmailAddress, recipientName: String,
        messageID: String, state: DeliveryState, attempts: Int, uncertain: Int, replyCode: Int?, reply: String?,
        linkExpiresAt: Date?, linkUsedAt: Date?, resendOf: DeliveryID?, createdAt: Date, updatedAt: Date, sentAt: Date?
    ) {
        self.id = id
        self.tenant = tenant
        self.kind = kind
        self.recipient = recipient
        self.recipientName = recipientName
        self.messageID = messageID
        self.state = state
        self.attempts = attempts
        self.uncertain = uncertain
        self.replyCode = replyCode
        self.reply = reply
        self.linkExpiresAt = linkExpiresAt
        self.linkUsedAt = linkUsedAt
        self.resendOf = resendOf
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.sentAt = sentAt
    }
}
