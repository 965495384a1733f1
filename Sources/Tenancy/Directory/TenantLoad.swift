import Synchronization

/// One question to the catalog that any number of requests wait for.
final class TenantLoad: Sendable {
    typealias Waiter = CheckedContinuation<Tenant?, any Error>

    private struct State {
        var result: Result<Tenant?, any Error>?
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
    }

    let key: TenantKey
    /// When it began, in the directory's count of events.
    let tick: UInt64
    /// Whether an earlier answer is remembered.
    let isKnown: Bool
    /// Whether the shared store is asked first.
    let asksStore: Bool
    /// Whether the catalog is asked.
    let asksSource: Bool
    private let state = Mutex(State())
    /// Whether somebody said since it began that its tenant has changed, and was not taken at his word.
    private let suspicion = Atomic<Bool>(false)

    init(key: TenantKey, tick: UInt64, isKnown: Bool, asksStore: Bool, asksSource: Bool) {
        self.key = key
        self.tick = tick
        self.isKnown = isKnown
        self.asksStore = asksStore
        self.asksSource = asksSource
    }

    var isSuspect: Bool { self.suspicion.load(ordering: .relaxed) }

    func suspect() { self.suspicion.store(true, ordering: .relaxed) }

    /// Waits for the answer; a waiter that is cancelled leaves, and the others wait on.
    func value() async throws -> Tenant? {
        let number = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let result = self.state.withLock { state -> Result<Tenant?, any Error>? in
                    if let result = state.result { return result }
                    // Under the lock, so that a cancellation either finds the waiter or is seen here.
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    state.waiters[number] = waiter
                    return nil
                }
                if let result { waiter.resume(with: result) }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }

    /// Gives all waiters the answer; returns false if they have one already.
    @discardableResult
    func finish(_ result: Result<Tenant?, any Error>) -> Bool {
        let waiters = self.state.withLock { state -> [Waiter]? in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume(with: result) }
        return true
    }
}
