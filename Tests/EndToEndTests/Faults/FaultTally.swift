import Foundation
import Synchronization
import Testing

/// What askers were told, and whether they may be told so.
final class FaultTally: Sendable {
    private struct Counts {
        var statuses: [Int: Int] = [:]
        var rows = 0
        var slowest = Duration.zero
    }

    private let counts = Mutex(Counts())

    var answers: Int { self.counts.withLock { $0.statuses.values.reduce(0, +) } }
    /// Answers with rows of the asker's own tenant.
    var rows: Int { self.counts.withLock { $0.rows } }
    /// Those who were told to come again.
    var refusals: Int { self.counts.withLock { ($0.statuses[503] ?? 0) + ($0.statuses[504] ?? 0) } }

    var summary: String {
        self.counts.withLock { counts in
            let statuses = counts.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return statuses.joined(separator: ", ") + ", slowest \(counts.slowest)"
        }
    }

    /// Takes an answer in; `expected` is what is told when nothing is wrong.
    func take(_ answer: HTTPCaller.Answer, expected: Int, after duration: Duration) {
        self.counts.withLock { counts in
            counts.statuses[answer.status, default: 0] += 1
            counts.slowest = max(counts.slowest, duration)
            if answer.status == 200 { counts.rows += 1 }
        }
        // The server's own deadline is 30 seconds; the machine may be busy.
        #expect(duration < .seconds(75))
        guard answer.status != expected else { return }
        #expect([503, 504].contains(answer.status), "instead of \(expected): \(answer.testDescription)")
        #expect(answer.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0, "\(answer.testDescription)")
        #expect(answer.headers["content-type"]?.hasPrefix("application/problem+json") ?? false)
    }
}
