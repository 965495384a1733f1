/// One NOTIFY, as it arrived.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel.
    public var channel: String
    /// What was sent along; at most 7,999 bytes, empty if nothing was.
    public var payload: String
    /// The process of the server whose transaction sent it.
    public var pid: Int32

    /// A notification by its parts.
    public init(channel: String, payload: String, pid: Int32) {
        self.channel = channel
        self.payload = payload
        self.pid = pid
    }
}

/// What a listener is told.
public enum PostgresNotificationEvent: Sendable, Hashable {
    /// The server listens: what is sent from now on arrives.
    case listening
    /// The server listens again. Notifications may have been missed since the last event - the connection broke, or the
    /// consumer was slower than its buffer - so read again what they would have told.
    case reconnected
    /// A notification.
    case notification(PostgresNotification)
}
