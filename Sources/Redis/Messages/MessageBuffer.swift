import NIOCore

/// The events that wait for a slow consumer, bounded: a decision without tasks.
///
/// When there are too many, all of them are replaced by one `overflowed`.
struct MessageBuffer {
    private let limit: Int
    private let byteLimit: Int
    private var events = CircularBuffer<RedisMessageEvent>()
    private var bytes = 0
    private(set) var isFinished = false

    init(limit: Int, byteLimit: Int) {
        self.limit = max(1, limit)
        self.byteLimit = byteLimit
    }

    mutating func append(_ event: RedisMessageEvent) {
        guard !self.isFinished else { return }
        self.events.append(event)
        self.bytes += event.size
        guard self.events.count > self.limit || (self.bytes > self.byteLimit && self.events.count > 1) else { return }
        self.events.removeAll()
        self.events.append(.overflowed)
        self.bytes = 0
    }

    mutating func popFirst() -> RedisMessageEvent? {
        guard let event = self.events.popFirst() else { return nil }
        self.bytes -= event.size
        return event
    }

    /// What waits is still delivered, nothing is added.
    mutating func finish() { self.isFinished = true }
}

extension RedisMessageEvent {
    fileprivate var size: Int {
        if case .message(let message) = self { message.payload.count + message.channel.utf8.count } else { 0 }
    }
}
