/// Spaces things out evenly: so many a second, without catching up on what was missed.
struct Pace: Sendable {
    private let interval: Duration?
    private var earliest: ContinuousClock.Instant?

    init(perSecond: Double?) {
        self.interval = perSecond.map { .seconds(1 / max($0, 0.001)) }
    }

    /// How long to wait before the next one may start.
    func pause(at now: ContinuousClock.Instant) -> Duration {
        guard let earliest, earliest > now else { return .zero }
        return now.duration(to: earliest)
    }

    /// One has started.
    mutating func count(at now: ContinuousClock.Instant) {
        if let interval { self.earliest = now + interval }
    }
}
