import Synchronization

/// The latest numbers of the I/O thread, for whoever asks.
final class StatisticsBoard: Sendable {
    private let statistics = Mutex(PostgresStatistics())

    init() {}

    var current: PostgresStatistics { self.statistics.withLock { $0 } }

    func publish(_ new: PostgresStatistics) {
        self.statistics.withLock { $0 = new }
    }
}
