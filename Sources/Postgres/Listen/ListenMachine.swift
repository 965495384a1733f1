/// Which channels the listening connection has to listen on, and who has been told: a decision without a network.
///
/// `disconnected -> connecting -> connected`, and back when the connection breaks. Ask ``next(_:)`` after each event
/// until it has nothing more to do.
struct ListenMachine {
    enum Action: Equatable {
        case connect
        case send([String])
        case announce(RequestID, PostgresNotificationEvent)
        case close
    }

    private enum Phase {
        case disconnected
        case connecting
        case connected
    }

    private struct Subscriber {
        let channels: Set<String>
        /// Whether it was told, since the connection was opened, that the server listens.
        var isAnnounced = false
        var wasAnnounced = false
    }

    private var phase = Phase.disconnected
    private var subscribers: [RequestID: Subscriber] = [:]
    private var listened: Set<String> = []
    /// What the server listens on once it has answered.
    private var target: Set<String>?
    private(set) var backoff = ReconnectBackoff()

    var isWanted: Bool { !self.subscribers.isEmpty }

    mutating func subscribe(_ id: RequestID, _ channels: [String]) {
        self.subscribers[id] = Subscriber(channels: Set(channels))
    }

    mutating func unsubscribe(_ id: RequestID) {
        self.subscribers[id] = nil
    }

    mutating func connected() {
        self.phase = .connected
        self.listened = []
        self.target = nil
        self.backoff.succeeded()
    }

    /// `random` is between 0 and 1.
    mutating func connectFailed(_ now: ContinuousClock.Instant, random: Double) {
        self.phase = .disconnected
        self.backoff.failed(now, random: random)
    }

    mutating func lost() {
        self.phase = .disconnected
        self.listened = []
        self.target = nil
        for id in self.subscribers.keys { self.subscribers[id]?.isAnnounced = false }
    }

    /// The server has carried out what ``Action/send(_:)`` asked for.
    mutating func updated() {
        self.listened = self.target ?? self.listened
        self.target = nil
    }

    mutating func next(_ now: ContinuousClock.Instant) -> Action? {
        switch self.phase {
        case .connecting: return nil
        case .disconnected:
            guard self.isWanted, self.backoff.allows(now) else { return nil }
            self.phase = .connecting
            return .connect
        case .connected:
            guard self.isWanted else {
                self.lost()
                return .close
            }
            return self.target == nil ? self.update() ?? self.announcement() : nil
        }
    }

    private mutating func update() -> Action? {
        let wanted = self.subscribers.values.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
        guard wanted != self.listened else { return nil }
        self.target = wanted
        return .send(
            wanted.subtracting(self.listened).sorted().map { "LISTEN \(PostgresQuery.quoted(identifier: $0))" }
                + self.listened.subtracting(wanted).sorted().map { "UNLISTEN \(PostgresQuery.quoted(identifier: $0))" })
    }

    private mutating func announcement() -> Action? {
        guard let (id, subscriber) = self.subscribers.first(where: { !$0.value.isAnnounced }) else { return nil }
        self.subscribers[id]?.isAnnounced = true
        self.subscribers[id]?.wasAnnounced = true
        return .announce(id, subscriber.wasAnnounced ? .reconnected : .listening)
    }

    /// Who gets the notifications of a channel.
    func receivers(of channel: String) -> [RequestID] {
        self.subscribers.filter { $0.value.isAnnounced && $0.value.channels.contains(channel) }.map(\.key)
    }
}
