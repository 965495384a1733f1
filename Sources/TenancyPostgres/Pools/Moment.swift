#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A time of this process, in nanoseconds.
///
/// `ContinuousClock.Instant` keeps its layout to itself, so that a struct that holds one is copied by calls; these are
/// copied with each transaction.
struct Moment: Sendable, Hashable, Comparable {
    let nanoseconds: Int64

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (one: Moment, other: Moment) -> Bool { one.nanoseconds < other.nanoseconds }

    static func + (moment: Moment, span: Span) -> Moment {
        Moment(nanoseconds: moment.nanoseconds &+ span.nanoseconds)
    }

    static func - (one: Moment, other: Moment) -> Span {
        Span(nanoseconds: one.nanoseconds &- other.nanoseconds)
    }

    /// A length of time, in nanoseconds.
    struct Span: Sendable, Hashable, Comparable {
        let nanoseconds: Int64

        init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        /// What does not fit is as long as can be.
        init(_ duration: Duration) {
            let (seconds, attoseconds) = duration.components
            let limit: Int64 = 1_000_000_000
            self.nanoseconds = max(-limit, min(limit, seconds)) * 1_000_000_000 + attoseconds / 1_000_000_000
        }

        var duration: Duration { .nanoseconds(self.nanoseconds) }

        static func milliseconds(_ count: Int64) -> Span { Span(nanoseconds: count * 1_000_000) }
        static func seconds(_ count: Int64) -> Span { Span(nanoseconds: count * 1_000_000_000) }
        static func < (one: Span, other: Span) -> Bool { one.nanoseconds < other.nanoseconds }
        static func / (one: Span, other: Span) -> Double { Double(one.nanoseconds) / Double(other.nanoseconds) }
    }
}
