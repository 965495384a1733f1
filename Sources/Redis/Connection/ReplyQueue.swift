import NIOCore

/// The exchanges of a connection in the order in which they were sent, and whose turn a reply is: a decision without a
/// network.
struct ReplyQueue {
    private struct Place {
        let exchange: Exchange
        let writtenAt: NIODeadline
        var replies: [RedisValue] = []
    }

    private var places = CircularBuffer<Place>()
    /// When the last reply came.
    private(set) var lastReply: NIODeadline?

    init() {}

    var isEmpty: Bool { self.places.isEmpty }

    mutating func append(_ exchange: Exchange, _ now: NIODeadline) {
        self.places.append(Place(exchange: exchange, writtenAt: now))
    }

    /// Takes a reply; returns whether anybody's turn it was.
    mutating func receive(_ value: RedisValue) -> Bool {
        guard let first = self.places.first else { return false }
        if first.exchange.count == 1 {
            self.places.removeFirst()
            first.exchange.succeed(value)
            return true
        }
        self.places[self.places.startIndex].replies.append(value)
        guard first.replies.count + 1 == first.exchange.count else { return true }
        let whole = self.places.removeFirst()
        whole.exchange.succeed(.array(whole.replies))
        return true
    }

    mutating func heard(_ now: NIODeadline) { self.lastReply = now }

    /// When the server has owed a reply for too long; nil if it owes none.
    func stalls(after limit: TimeAmount) -> NIODeadline? {
        self.places.first.map { max($0.writtenAt, self.lastReply ?? $0.writtenAt) + limit }
    }

    /// Gives up those whose time is over, and returns when the next one's is.
    func expire(_ now: NIODeadline) -> NIODeadline? {
        Self.expire(self.places.lazy.map(\.exchange), now)
    }

    static func expire(_ exchanges: some Sequence<Exchange>, _ now: NIODeadline) -> NIODeadline? {
        var next: NIODeadline?
        for exchange in exchanges {
            if exchange.deadline <= now {
                exchange.fail(RedisError.timedOut)
            } else {
                next = next.map { min($0, exchange.deadline) } ?? exchange.deadline
            }
        }
        return next
    }

    /// All that still wait.
    mutating func removeAll() -> [Exchange] {
        defer { self.places.removeAll() }
        return self.places.map(\.exchange)
    }
}
