/// The time that limits count by: nanoseconds since some moment before the process began to count, never backwards.
public enum MonotonicClock {
    private static let origin = ContinuousClock.now

    /// Now.
    public static var now: Int64 {
        let (seconds, attoseconds) = Self.origin.duration(to: .now).components
        // Some hours are added, so that no time is 0, which buckets take for long ago.
        return (seconds + 1_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
