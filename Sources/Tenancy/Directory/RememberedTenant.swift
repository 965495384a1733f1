import Synchronization

/// A tenant in memory, and until when it is used without a question.
final class RememberedTenant: Sendable {
    let tenant: Tenant
    /// Where its record lies; see ``DirectoryState``.
    let slot: Int
    private let usableUntil: Atomic<Int64>
    /// Who was asked for only once goes first.
    private let marks = Atomic<UInt8>(Mark.unchecked)

    /// What is remembered of its use.
    private enum Mark {
        /// Since eviction last came by.
        static let recent: UInt8 = 1
        /// Since it was last collected to be checked.
        static let unchecked: UInt8 = 2
        static let all: UInt8 = 3
    }

    init(_ tenant: Tenant, slot: Int, usableUntil: Int64) {
        self.tenant = tenant
        self.slot = slot
        self.usableUntil = Atomic(usableUntil)
    }

    /// Whether it is used without a question; marks it as used.
    func isUsed(at now: Int64) -> Bool {
        guard now <= self.usableUntil.load(ordering: .acquiring) else { return false }
        // Written only if it is new: else all processors would pass the line of a much used tenant around.
        if self.marks.load(ordering: .relaxed) != Mark.all { self.marks.store(Mark.all, ordering: .relaxed) }
        return true
    }

    func isUsable(at now: Int64) -> Bool { now <= self.usableUntil.load(ordering: .acquiring) }

    func use(until time: Int64) { self.usableUntil.store(time, ordering: .releasing) }

    func touch() { self.marks.store(Mark.all, ordering: .relaxed) }

    /// Whether it was used since the last time this was asked.
    func takeUncheckedUse() -> Bool { self.take(Mark.unchecked) }

    /// Whether it was used since the last time this was asked; for eviction.
    func takeRecentUse() -> Bool { self.take(Mark.recent) }

    private func take(_ mark: UInt8) -> Bool {
        self.marks.bitwiseAnd(~mark, ordering: .relaxed).oldValue & mark != 0
    }
}
