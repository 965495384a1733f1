import Synchronization

/// Wakes the checker: many calls before it wakes count once.
///
/// The element says whether it is time for a whole round.
final class CheckSignal: AsyncSequence, Sendable {
    typealias Element = Bool
    typealias Failure = Never

    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let isRoundDue = Atomic<Bool>(false)

    init() { (self.stream, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func signal(isRound: Bool = false) {
        if isRound { self.isRoundDue.store(true, ordering: .sequentiallyConsistent) }
        self.continuation.yield()
    }

    func makeAsyncIterator() -> Iterator { Iterator(signal: self, iterator: self.stream.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        typealias Failure = Never

        fileprivate let signal: CheckSignal
        fileprivate var iterator: AsyncStream<Void>.Iterator

        mutating func next(isolation actor: isolated (any Actor)?) async -> Bool? {
            guard await self.iterator.next(isolation: actor) != nil else { return nil }
            return self.signal.isRoundDue.exchange(false, ordering: .sequentiallyConsistent)
        }
    }
}
