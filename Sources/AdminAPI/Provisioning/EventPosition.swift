import Foundation
import Workflow

/// A place in the journal of a run, as the ids of a stream name it: `<run>-<sequence>-<microseconds since 1970>`.
///
/// With the run in it, since the stream of a tenant is that of its latest run: the number alone would mean another event
/// as soon as there is another run. With the event's time in it, since a crash of the database may take away events that
/// were told already, and others get their numbers.
struct EventPosition: Sendable, Hashable, CustomStringConvertible {
    /// The run.
    let run: RunID
    /// The event.
    let recorded: RecordedEvent

    /// The id.
    var description: String {
        let microseconds = Int((self.recorded.at.timeIntervalSince1970 * 1e6).rounded())
        return "\(self.run)-\(self.recorded.sequence)-\(microseconds)"
    }

    /// Behind which of a run's events a client that was last told `last` goes on; 0 for the beginning.
    ///
    /// What was told of another run says nothing about this one. Nor does an event that is not in the journal any more:
    /// what was told before it may be gone as well.
    static func resumption(behind last: String?, in run: RunID, _ events: [RecordedEvent]) -> Int {
        events.last { Self(run: run, recorded: $0).description == last }?.sequence ?? 0
    }
}
