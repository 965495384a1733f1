/// The events that wait for a slow consumer, bounded: a decision without tasks.
///
/// When there are too many, all of them are replaced by one `reconnected`, which asks the consumer to read again.
struct NotificationBuffer: Sendable {
    private let limit: Int
    private var events = FIFO<PostgresNotificationEvent>()
    private(set) var isFinished = false

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    mutating func append(_ event: PostgresNotificationEvent) {
        guard !self.isFinished else { return }
        guard self.events.count < self.limit else {
            self.events = FIFO()
            self.events.append(.reconnected)
            return
        }
        self.events.append(event)
    }

    mutating func popFirst() -> PostgresNotificationEvent? {
        self.events.popFirst()
    }

    /// What waits is still delivered, nothing is added.
    mutating func finish() {
        self.isFinished = true
    }
}
