import Synchronization
import Tenancy
import TenancyRedis

/// Takes changes that the database announced to Redis, unless somebody else has.
///
/// Whoever changes a tenant tells Redis too, as a rule: not if Redis was away, or for a program that does not know it.
/// All processes hear the database at the same time; each waits for a moment of its own, and only those go on who have
/// not heard of the change by Redis meanwhile.
final class ChangeForwarder: Sendable {
    /// How many changes are kept in mind; beyond, as when somebody makes them up, the check of versions has to do.
    private static let limit = 200
    /// How long somebody else is given.
    private static let grace = 20...80
    /// How often what Redis could not forget is tried again.
    private static let interval = Duration.seconds(2)

    private struct State {
        var pending: [TenantID: TenantChange] = [:]
        var known: Set<TenantChange> = []
    }

    private let messages: RedisTenantMessages
    private let state = Mutex(State())
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(messages: RedisTenantMessages) {
        self.messages = messages
        (self.wakes, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func heardFromDatabase(_ change: TenantChange) {
        let isNews = self.state.withLock { state in
            guard state.pending.count < Self.limit, !state.known.contains(change) else { return false }
            state.pending[change.id] = change
            return true
        }
        if isNews { self.wake.yield() }
    }

    func heardFromRedis(_ change: TenantChange) {
        self.state.withLock { state in
            if state.known.count >= Self.limit { state.known = [] }
            state.known.insert(change)
            if let pending = state.pending[change.id], pending.version <= change.version {
                state.pending[change.id] = nil
            }
        }
    }

    /// Forwards until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.wakes {
                    // The moment that somebody else is given; ends early when cancelled.
                    do {
                        try await ContinuousClock().sleep(for: .milliseconds(Int.random(in: Self.grace)))
                    } catch { return }
                    await self.messages.announce(self.takePending())
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.messages.tryAgain()
                    // The period itself; ends early when cancelled.
                    do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
                }
            }
            await group.waitForAll()
        }
    }

    private func takePending() -> [TenantChange] {
        self.state.withLock { state in
            defer { state.pending = [:] }
            return Array(state.pending.values)
        }
    }
}
