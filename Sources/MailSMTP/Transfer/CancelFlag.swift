import Synchronization

/// Tells a thread that nobody waits for its work any more.
final class CancelFlag: Sendable {
    private let value = Atomic<Bool>(false)

    var isRaised: Bool { self.value.load(ordering: .relaxed) }

    func raise() { self.value.store(true, ordering: .relaxed) }
}
