/// The messages of some channels, for as long as somebody iterates over them.
///
/// Each iterator is a subscription of its own. It begins when it is made, and ends when the iterator is gone, its task is
/// cancelled, or the client ends. All subscriptions of a client share one connection, which is opened by the first of
/// them and again when it breaks.
public struct RedisMessages: AsyncSequence, Sendable {
    /// What a subscriber is told.
    public typealias Element = RedisMessageEvent
    /// Iterating does not fail; it ends.
    public typealias Failure = Never

    let desk: MessageDesk
    let channels: [String]

    /// A subscription.
    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: Subscription(desk: self.desk, channels: self.channels))
    }

    /// A subscription to the channels.
    public struct Iterator: AsyncIteratorProtocol {
        /// Iterating does not fail; it ends.
        public typealias Failure = Never

        let subscription: Subscription

        /// The next event; nil at the end.
        public mutating func next() async -> RedisMessageEvent? {
            await self.subscription.next()
        }

        /// The next event; nil at the end.
        ///
        /// The actor is the caller's: iterating does not leave it.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> RedisMessageEvent? {
            await self.subscription.next()
        }
    }

    /// Ends the subscription when the last copy of the iterator is gone.
    final class Subscription: Sendable {
        private let desk: MessageDesk
        private let inbox: MessageInbox

        init(desk: MessageDesk, channels: [String]) {
            self.desk = desk
            self.inbox = desk.subscribe(to: channels)
        }

        deinit { self.desk.unsubscribe(self.inbox) }

        func next() async -> RedisMessageEvent? {
            await withTaskCancellationHandler {
                await self.inbox.next()
            } onCancel: {
                self.desk.unsubscribe(self.inbox)
            }
        }
    }
}

extension RedisClient {
    /// The messages published to channels, from the moment of the first `subscribed` on.
    ///
    /// Messages are hints: a consumer that is too slow, or a connection that breaks, loses some and is told so by an
    /// event whose ``RedisMessageEvent/isGap`` is true.
    public func messages(on channels: [String]) -> RedisMessages {
        RedisMessages(desk: self.desk, channels: channels)
    }
}
