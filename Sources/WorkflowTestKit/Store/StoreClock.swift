import Foundation

/// The clock of a store in memory: goes by itself or stands still, and can be turned forward.
struct StoreClock: Sendable {
    private let epoch = Date()
    private let origin = ContinuousClock.now
    private let runs: Bool
    private var offset: Duration = .zero

    init(runs: Bool) { self.runs = runs }

    /// The time since the store was made: exact, so that a turn by the length of a lease ends the lease.
    var now: Duration { (self.runs ? self.origin.duration(to: .now) : .zero) + self.offset }

    /// The same, for people.
    var date: Date { self.epoch + self.now / .seconds(1) }

    mutating func turn(by duration: Duration) { self.offset += max(duration, .zero) }
}
