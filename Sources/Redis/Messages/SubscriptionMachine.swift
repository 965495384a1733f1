/// Which channels the connection has to be subscribed to, and who has been told: a decision without a network.
///
/// A channel is `asked for -> confirmed -> given up`; a subscriber is told once all its channels are confirmed, and
/// told again after each new connection.
struct SubscriptionMachine {
    struct Change: Equatable {
        var subscribe: [String] = []
        var unsubscribe: [String] = []
    }

    private struct Subscriber {
        let channels: Set<String>
        var isAnnounced = false
        var wasAnnounced = false
    }

    private var subscribers: [ObjectIdentifier: Subscriber] = [:]
    private var isConnected = false
    /// What the server has been asked for.
    private var asked: Set<String> = []
    /// How many confirmations of a channel are to come.
    private var owed: [String: Int] = [:]

    init() {}

    var isWanted: Bool { !self.subscribers.isEmpty }
    /// Whether the server has yet to confirm something.
    var isOwed: Bool { !self.owed.isEmpty }

    mutating func subscribe(_ id: ObjectIdentifier, _ channels: Set<String>) {
        self.subscribers[id] = Subscriber(channels: channels)
    }

    mutating func unsubscribe(_ id: ObjectIdentifier) { self.subscribers[id] = nil }

    mutating func connected() {
        self.lost()
        self.isConnected = true
    }

    mutating func lost() {
        self.isConnected = false
        self.asked = []
        self.owed = [:]
        for id in self.subscribers.keys { self.subscribers[id]?.isAnnounced = false }
    }

    /// What to ask the server for now.
    mutating func change() -> Change {
        guard self.isConnected else { return Change() }
        let wanted = self.subscribers.values.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
        let change = Change(
            subscribe: wanted.subtracting(self.asked).sorted(), unsubscribe: self.asked.subtracting(wanted).sorted())
        self.asked = wanted
        for channel in change.subscribe + change.unsubscribe { self.owed[channel, default: 0] += 1 }
        return change
    }

    /// The server has confirmed one change of a channel; false if it was not asked to.
    mutating func confirmed(_ channel: String) -> Bool {
        guard let count = self.owed[channel] else { return false }
        self.owed[channel] = count > 1 ? count - 1 : nil
        return true
    }

    /// Whom to tell now, and what.
    mutating func announcements() -> [(ObjectIdentifier, RedisMessageEvent)] {
        var told: [(ObjectIdentifier, RedisMessageEvent)] = []
        for (id, subscriber) in self.subscribers where !subscriber.isAnnounced {
            let isReady = subscriber.channels.allSatisfy { self.asked.contains($0) && self.owed[$0] == nil }
            guard self.isConnected, isReady else { continue }
            told.append((id, subscriber.wasAnnounced ? .resubscribed : .subscribed))
            self.subscribers[id]?.isAnnounced = true
            self.subscribers[id]?.wasAnnounced = true
        }
        return told
    }

    /// Who gets the messages of a channel.
    func receivers(of channel: String) -> [ObjectIdentifier] {
        self.subscribers.filter { $0.value.isAnnounced && $0.value.channels.contains(channel) }.map(\.key)
    }
}
