import Foundation
import Synchronization

/// A clock that stands still until a test turns it.
final class TurnedClock: Sendable {
    private let time: Mutex<Date>

    init(_ start: Date = Date(timeIntervalSince1970: 1_750_000_000)) {
        self.time = Mutex(start)
    }

    var now: Date { self.time.withLock { $0 } }

    func advance(_ seconds: TimeInterval) {
        self.time.withLock { $0 += seconds }
    }
}
