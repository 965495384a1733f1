/// The notifications of some channels, for as long as somebody iterates over them.
///
/// Each iterator is a subscription of its own. It begins when it is made, and ends when the iterator is
/// gone, its task is cancelled, or the client shuts down. All subscriptions of a client share one connection beside the
/// pool, which is opened again when it breaks. Through a transaction pooler LISTEN is accepted and nothing arrives:
/// connect directly.
public struct PostgresNotifications: AsyncSequence, Sendable {
    /// What a listener is told.
    public typealias Element = PostgresNotificationEvent
    /// Iterating does not fail; it ends.
    public typealias Failure = Never

    let client: PostgresClient
    let channels: [String]

    /// A subscription.
    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: Subscription(client: self.client, channels: self.channels))
    }

    /// A subscription to the channels.
    public struct Iterator: AsyncIteratorProtocol {
        /// Iterating does not fail; it ends.
        public typealias Failure = Never

        let subscription: Subscription

        /// The next event; nil at the end.
        public mutating func next() async -> PostgresNotificationEvent? {
            await self.subscription.next()
        }

        /// The next event; nil at the end.
        ///
        /// The actor is the caller's: iterating does not leave it.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> PostgresNotificationEvent? {
            await self.subscription.next()
        }
    }

    /// Ends the subscription when the last copy of the iterator is gone.
    final class Subscription: Sendable {
        private let client: PostgresClient
        private let inbox: NotificationInbox

        init(client: PostgresClient, channels: [String]) {
            self.client = client
            self.inbox = NotificationInbox(
                channels: channels, limit: client.configuration.maximumBufferedNotifications)
            if !client.mailbox.post(.subscribe(self.inbox)) { self.inbox.finish() }
        }

        deinit {
            self.end()
        }

        func next() async -> PostgresNotificationEvent? {
            await withTaskCancellationHandler {
                await self.inbox.next()
            } onCancel: {
                self.end()
            }
        }

        private func end() {
            self.inbox.finish()
            _ = self.client.mailbox.post(.unsubscribe(self.inbox.id))  // refused when there is nothing to end
        }
    }
}

extension PostgresClient {
    /// The notifications sent to channels, from the moment of the first `listening` on.
    ///
    /// Notifications are hints: a consumer that is too slow, or a connection that breaks, loses some and is told so by
    /// `reconnected`. Names of channels are case-sensitive here and at most 63 bytes long.
    public func notifications(on channels: [String]) -> PostgresNotifications {
        PostgresNotifications(client: self, channels: channels)
    }
}
