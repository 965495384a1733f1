/// Decides what a stream of events does each time it wakes up.
struct StreamPulse: Sendable {
    /// What the stream does.
    enum Beat: Sendable, Hashable {
        /// Write what has happened.
        case tell
        /// Say that it is still there.
        case comment
        /// Nothing.
        case wait
        /// End; the client comes back and proves anew who it is.
        case end
    }

    private let silence: Duration
    private let end: ContinuousClock.Instant
    private var lastWrite: ContinuousClock.Instant

    /// A pulse.
    ///
    /// - Parameters:
    ///   - silence: how long nothing may be written.
    ///   - lifetime: how long the stream lasts at most.
    init(silence: Duration, lifetime: Duration, now: ContinuousClock.Instant) {
        self.silence = silence
        self.end = now + lifetime
        self.lastWrite = now
    }

    /// What to do now.
    ///
    /// - Parameter mayGoOn: whether the client may still look and the server still works.
    mutating func beat(hasEvents: Bool, mayGoOn: Bool, at now: ContinuousClock.Instant) -> Beat {
        guard mayGoOn, now < self.end else { return .end }
        guard hasEvents || now - self.lastWrite >= self.silence else { return .wait }
        self.lastWrite = now
        return hasEvents ? .tell : .comment
    }
}
