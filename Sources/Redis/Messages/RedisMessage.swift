/// One message, as it arrived.
public struct RedisMessage: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What was sent.
    public let payload: [UInt8]

    /// A message by its parts.
    public init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
    }
}

/// What a subscriber is told.
public enum RedisMessageEvent: Sendable, Hashable {
    /// The server delivers: what is published from now on arrives.
    case subscribed
    /// The server delivers again after the connection broke; messages may have been missed in between.
    case resubscribed
    /// Messages were dropped because too many waited for this subscriber.
    case overflowed
    /// A message.
    case message(RedisMessage)

    /// Whether messages may have been missed, so that what they would have told has to be found out by other means.
    public var isGap: Bool { self == .resubscribed || self == .overflowed }
}
