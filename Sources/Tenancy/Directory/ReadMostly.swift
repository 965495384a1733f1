import Synchronization

/// One reference that many read and few replace; who reads takes no lock and waits for nobody.
///
/// Who reads counts itself in on one of two sides, takes the reference, retains it, and counts itself out. What was
/// replaced is kept until both sides have been seen empty since: whoever took it before was counted in on one of them,
/// so by then has retained it. All of this is in the one order of sequentially consistent operations. Readers that come
/// later use the other side, so that each side empties in the end. A reader that was interrupted between counting itself
/// in and out keeps what is replaced meanwhile; nothing is compared, so that an address may come back.
final class ReadMostly<Value: AnyObject & Sendable>: Sendable {
    private struct Retired {
        let value: Value
        var isLeft: (Bool, Bool) = (false, false)
    }

    private let current: Atomic<Unmanaged<Value>>
    private let side = Atomic<Bool>(false)
    private let readersHere = Atomic<Int>(0)
    private let readersThere = Atomic<Int>(0)
    private let retired = Mutex<[Retired]>([])

    init(_ value: Value) {
        self.current = Atomic(Unmanaged.passRetained(value))
    }

    deinit { self.current.load(ordering: .sequentiallyConsistent).release() }

    /// The present value.
    func load() -> Value {
        self.side.load(ordering: .sequentiallyConsistent) ? self.take(self.readersThere) : self.take(self.readersHere)
    }

    private func take(_ readers: borrowing Atomic<Int>) -> Value {
        readers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let value = self.current.load(ordering: .sequentiallyConsistent).retain()
        readers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return value.takeRetainedValue()
    }

    /// Puts another value in its place; returns how many former ones are still kept for readers.
    @discardableResult
    func replace(_ change: (Value) -> Value) -> Int {
        let (gone, kept) = self.retired.withLock { retired -> ([Retired], Int) in
            let next = Unmanaged.passRetained(change(self.load()))
            let last = self.current.exchange(next, ordering: .sequentiallyConsistent).takeRetainedValue()
            retired.append(Retired(value: last))
            return (self.sweep(&retired), retired.count)
        }
        // Ends here, outside the lock, what nobody can be reading.
        _ = consume gone
        return kept
    }

    /// Takes out what both sides have been seen empty since.
    ///
    /// The sides change when the one that is not in use is empty, and not before: nobody comes to it any more, so it
    /// empties however much is read, and then it is the other's turn.
    private func sweep(_ retired: inout [Retired]) -> [Retired] {
        let side = self.side.load(ordering: .sequentiallyConsistent)
        if self.look(&retired, atThere: !side) {
            self.side.store(!side, ordering: .sequentiallyConsistent)
        }
        self.look(&retired, atThere: side)
        let gone = retired.filter { $0.isLeft.0 && $0.isLeft.1 }
        retired.removeAll { $0.isLeft.0 && $0.isLeft.1 }
        return gone
    }

    /// Looks at one side, and notes if it is empty.
    @discardableResult
    private func look(_ retired: inout [Retired], atThere isThere: Bool) -> Bool {
        let count =
            isThere
            ? self.readersThere.load(ordering: .sequentiallyConsistent)
            : self.readersHere.load(ordering: .sequentiallyConsistent)
        guard count == 0 else { return false }
        for index in retired.indices {
            if isThere { retired[index].isLeft.1 = true } else { retired[index].isLeft.0 = true }
        }
        return true
    }
}
