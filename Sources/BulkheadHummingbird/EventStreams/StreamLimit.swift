import Synchronization

/// Bounds how many streams are open at a time: each holds a connection and asks the database now and then.
package final class StreamLimit: Sendable {
    private let capacity: Int
    private let open = Mutex(0)

    /// A limit of so many streams.
    package init(_ capacity: Int) {
        self.capacity = capacity
    }

    /// How many are open.
    package var count: Int { self.open.withLock { $0 } }

    /// The right to have a stream open, as long as somebody holds it.
    ///
    /// - Throws: ``ProblemDetails/busy(retryAfter:)`` if there are too many.
    package func admit() throws(ProblemDetails) -> Slot {
        let isFree = self.open.withLock { open in
            guard open < self.capacity else { return false }
            open += 1
            return true
        }
        guard isFree else { throw .busy(retryAfter: 5) }
        return Slot(self)
    }

    private func release() {
        self.open.withLock { $0 -= 1 }
    }

    /// The right to have a stream open; given back when nobody holds it any more, even if the stream never began.
    package final class Slot: Sendable {
        private let limit: StreamLimit

        fileprivate init(_ limit: StreamLimit) { self.limit = limit }
        deinit { self.limit.release() }
    }
}
