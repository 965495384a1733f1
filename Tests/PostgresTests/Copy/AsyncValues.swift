import Synchronization

/// Values of an array, as a sequence that is asked one by one; counts what it was asked for.
struct AsyncValues<Element: Sendable>: AsyncSequence, Sendable {
    /// How often the next value was asked for.
    final class Counter: Sendable {
        private let number = Mutex(0)

        var value: Int { self.number.withLock { $0 } }

        func increment() -> Int {
            self.number.withLock { number in
                number += 1
                return number
            }
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        let values: AsyncValues

        mutating func next() async throws -> Element? {
            try await self.values.make(self.values.counter.increment() - 1)
        }
    }

    let counter = Counter()
    /// Makes the value with this number; nil at the end.
    let make: @Sendable (Int) async throws -> Element?

    init(_ values: [Element]) {
        self.make = { $0 < values.count ? values[$0] : nil }
    }

    init(_ make: @escaping @Sendable (Int) async throws -> Element?) {
        self.make = make
    }

    func makeAsyncIterator() -> Iterator { Iterator(values: self) }
}
