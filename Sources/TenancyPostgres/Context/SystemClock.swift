import Foundation

/// The host's wall clock.
enum SystemClock {
    /// Milliseconds since 1970.
    static func milliseconds() -> Int64 {
        Int64((Date().timeIntervalSince1970 * 1_000).rounded())
    }
}
