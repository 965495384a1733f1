import NIOCore

/// What a connection goes by.
struct ConnectionBounds: Sendable {
    let stall: TimeAmount
    let idle: TimeAmount
    let replySize: Int

    init(_ configuration: RedisConfiguration) {
        self.stall = TimeAmount(max(configuration.stallLimit, .milliseconds(1)))
        self.idle = TimeAmount(max(configuration.idleCheckInterval, .milliseconds(1)))
        self.replySize = max(64, configuration.maximumReplySize)
    }
}
