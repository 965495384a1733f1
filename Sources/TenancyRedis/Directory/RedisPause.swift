import Synchronization

/// Whether a Redis server that has not answered is asked again: after a while, by one, then by all.
///
/// `open -> paused -> trying -> open`, or back to `paused` for twice as long.
final class RedisPause: Sendable {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(8)

    private struct State {
        var until: ContinuousClock.Instant?
        var length = RedisPause.first
    }

    private let state = Mutex(State())

    /// Whether to ask now; who is told so while the server is away is the only one for the next while.
    func admits(now: ContinuousClock.Instant = .now) -> Bool {
        self.state.withLock { state in
            guard let until = state.until else { return true }
            guard now >= until else { return false }
            state.until = now + state.length
            return true
        }
    }

    func succeeded() {
        self.state.withLock { state in
            if state.until != nil { state = State() }
        }
    }

    func failed(now: ContinuousClock.Instant = .now) {
        self.state.withLock { state in
            // Those that were under way when the first one failed say nothing new.
            if let until = state.until, until - state.length > now - .milliseconds(100) { return }
            state.length = state.until == nil ? Self.first : min(state.length * 2, Self.longest)
            state.until = now + state.length
        }
    }
}
