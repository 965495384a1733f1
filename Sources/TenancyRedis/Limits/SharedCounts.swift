import Logging
import Redis
import Synchronization
import Tenancy

/// Redis as the place of shared counts: asked with a short deadline, and left alone for a while after it failed.
///
/// While it is left alone, whoever counts does so alone; after the pause one request asks again, the others go on
/// without. The log has a line when it fails and one when it is back.
final class SharedCounts: Sendable {
    private enum State: Equatable {
        case working
        /// Not asked before this time.
        case paused(until: ContinuousClock.Instant, failures: Int)
        /// One asks, the others wait until it knows more.
        case trying(failures: Int)
    }

    /// What became of a question.
    enum Outcome: Sendable {
        case answered(RedisValue)
        /// There is no answer now.
        case none
    }

    private let redis: RedisClient
    private let deadline: Duration
    private let pause: Duration
    private let logger: Logger
    private let what: String
    private let state = Mutex(State.working)
    /// Whether `state` is anything but `working`; asked first, since it mostly is not.
    private let isPaused = Atomic(false)

    init(_ redis: RedisClient, _ settings: SharedLimitSettings, what: String, logger: Logger) {
        self.redis = redis
        self.deadline = settings.deadline
        self.pause = settings.pause
        self.what = what
        self.logger = logger
    }

    /// Whether it makes sense to count on shared counts now.
    var isShared: Bool {
        guard self.isPaused.load(ordering: .relaxed) else { return true }
        return self.state.withLock { state in
            guard case .paused(let until, _) = state else { return state == .working }
            return until <= .now
        }
    }

    /// Whether to ask now; whoever is told yes has to.
    func mayAsk() -> Bool {
        guard self.isPaused.load(ordering: .relaxed) else { return true }
        return self.state.withLock { state in
            guard case .paused(let until, let failures) = state else { return state == .working }
            guard until <= .now else { return false }
            state = .trying(failures: failures)
            return true
        }
    }

    /// Runs a script; ``mayAsk()`` must have said yes.
    func ask(_ script: RedisScript, keys: [String], arguments: [RedisArgument]) async -> Outcome {
        do {
            let reply = try await self.redis.evaluate(
                script, keys: keys, arguments: arguments, deadline: .now + self.deadline)
            self.succeeded()
            return .answered(reply)
        } catch let error as RedisError where error.code == .cancelled {
            // That is about who asked, not about Redis.
            self.gaveUp()
            return .none
        } catch is CancellationError {
            self.gaveUp()
            return .none
        } catch {
            self.failed(error)
            return .none
        }
    }

    /// An answer that makes no sense is a failure too.
    func failed(_ error: any Error) {
        let isFirst = self.state.withLock { state in
            let failures: Int
            switch state {
            case .working: failures = 0
            case .trying(let before): failures = before
            // Others that were under way when it failed.
            case .paused: return false
            }
            let pause = max(self.pause, min(self.pause * (1 << min(failures, 4)), .seconds(10)))
            state = .paused(until: .now + pause, failures: failures + 1)
            self.isPaused.store(true, ordering: .relaxed)
            return failures == 0
        }
        guard isFirst else { return }
        self.logger.warning(
            "Each process counts by itself while Redis does not answer",
            metadata: ["counts": .string(self.what), "error": .string(String(describing: error))])
    }

    /// Whoever asked did not wait for the answer; the next one asks.
    private func gaveUp() {
        guard self.isPaused.load(ordering: .relaxed) else { return }
        self.state.withLock { state in
            if case .trying(let failures) = state { state = .paused(until: .now, failures: failures) }
        }
    }

    private func succeeded() {
        guard self.isPaused.load(ordering: .relaxed) else { return }
        let wasPaused = self.state.withLock { state in
            defer {
                state = .working
                self.isPaused.store(false, ordering: .relaxed)
            }
            return state != .working
        }
        if wasPaused {
            self.logger.notice("Counts are shared through Redis again", metadata: ["counts": .string(self.what)])
        }
    }
}

/// How long limits wait for Redis.
public struct SharedLimitSettings: Sendable, Hashable {
    /// How long one question may take; then the process decides alone.
    public var deadline: Duration
    /// For how long Redis is not asked after it failed; doubled with each failure that follows, up to 10 s.
    public var pause: Duration

    /// Bounds.
    public init(deadline: Duration = .milliseconds(25), pause: Duration = .seconds(1)) {
        self.deadline = deadline
        self.pause = pause
    }
}
