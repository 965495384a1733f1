import NIOCore
import Synchronization

/// Where subscribers meet the connection for messages.
///
/// Subscribers come and go on any thread; what the server says arrives on the thread of the connection only, so events
/// keep their order.
final class MessageDesk: Sendable {
    private struct State {
        var machine = SubscriptionMachine()
        var inboxes: [ObjectIdentifier: MessageInbox] = [:]
        var connection: Connection?
        var sentAt: NIODeadline?
        var hasEnded = false
    }

    private let configuration: RedisConfiguration
    private let state = Mutex(State())
    private let wanted: AsyncStream<Void>
    private let want: AsyncStream<Void>.Continuation

    init(_ configuration: RedisConfiguration) {
        self.configuration = configuration
        (self.wanted, self.want) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Waits for the first subscriber; false if the client ends before.
    func isWanted() async -> Bool {
        for await _ in self.wanted { return true }
        return false
    }

    func subscribe(to channels: [String]) -> MessageInbox {
        let inbox = MessageInbox(
            channels: channels, limit: self.configuration.maximumBufferedMessages,
            byteLimit: self.configuration.maximumBufferedBytes)
        let (connection, hasEnded) = self.state.withLock { state -> (Connection?, Bool) in
            if state.hasEnded { return (nil, true) }
            state.machine.subscribe(ObjectIdentifier(inbox), inbox.channels)
            state.inboxes[ObjectIdentifier(inbox)] = inbox
            return (state.connection, false)
        }
        if hasEnded { inbox.finish() }
        self.want.yield()
        connection?.sendChanges(of: self)
        return inbox
    }

    func unsubscribe(_ inbox: MessageInbox) {
        let connection = self.state.withLock { state -> Connection? in
            state.machine.unsubscribe(ObjectIdentifier(inbox))
            return state.inboxes.removeValue(forKey: ObjectIdentifier(inbox)) == nil ? nil : state.connection
        }
        inbox.finish()
        connection?.sendChanges(of: self)
    }

    func connected(_ connection: Connection) {
        self.state.withLock { state in
            state.connection = connection
            state.machine.connected()
        }
        connection.sendChanges(of: self)
    }

    func lost() {
        self.state.withLock { state in
            state.connection = nil
            state.machine.lost()
        }
    }

    func end() {
        let inboxes = self.state.withLock { state in
            state.hasEnded = true
            state.connection = nil
            defer { state.inboxes = [:] }
            return Array(state.inboxes.values)
        }
        for inbox in inboxes { inbox.finish() }
        self.want.finish()
    }

    /// What to send to the server; on the thread of the connection.
    func changes() -> [UInt8] {
        let (change, told) = self.state.withLock { state in
            let change = state.machine.change()
            return (change, Self.announcements(&state))
        }
        for (inbox, event) in told { inbox.append(event) }
        let parts = [("SUBSCRIBE", change.subscribe), ("UNSUBSCRIBE", change.unsubscribe)]
        return parts.filter { !$0.1.isEmpty }
            .flatMap { RedisCommand($0.0, arguments: $0.1.map { .text($0) }).wire }
    }

    func hasSent(_ now: NIODeadline) { self.state.withLock { $0.sentAt = now } }

    /// When the server has owed a confirmation for too long; nil if it owes none.
    func stalls(after limit: TimeAmount) -> NIODeadline? {
        self.state.withLock { state in state.machine.isOwed ? state.sentAt.map { $0 + limit } : nil }
    }

    /// Takes what concerns messages; false for the reply to a command.
    ///
    /// On the thread of the connection.
    func receive(_ value: RedisValue) -> Bool {
        guard case .array(let parts) = value, parts.count == 3, let kind = parts[0].text, let channel = parts[1].text
        else { return false }
        switch kind {
        case "message":
            guard let payload = parts[2].bytes else { return false }
            let event = RedisMessageEvent.message(RedisMessage(channel: channel, payload: payload))
            let inboxes = self.state.withLock { state in
                state.machine.receivers(of: channel).compactMap { state.inboxes[$0] }
            }
            for inbox in inboxes { inbox.append(event) }
            return true
        case "subscribe", "unsubscribe":
            let told = self.state.withLock { state -> [(MessageInbox, RedisMessageEvent)]? in
                state.machine.confirmed(channel) ? Self.announcements(&state) : nil
            }
            for (inbox, event) in told ?? [] { inbox.append(event) }
            return told != nil
        default: return false
        }
    }

    private static func announcements(_ state: inout State) -> [(MessageInbox, RedisMessageEvent)] {
        state.machine.announcements().compactMap { id, event in state.inboxes[id].map { ($0, event) } }
    }
}
