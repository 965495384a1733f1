import Foundation
import Workflow

/// A place in the journal of a run, as the ids of a stream name it: `<run>-<sequence>`.
///
/// With the run in it, since the stream of a tenant is that of its latest run: the number alone would mean another event
/// as soon as there is another run.
struct EventPosition: Sendable, Hashable, CustomStringConvertible {
    /// The run.
    let run: RunID
    /// The number of the event in the run's journal; from 1.
    let sequence: Int

    init(run: RunID, sequence: Int) {
        self.run = run
        self.sequence = sequence
    }

    /// Reads an id; nil if it is none that was ever given out.
    init?(_ text: String) {
        guard let hyphen = text.lastIndex(of: "-"), let run = UUID(uuidString: String(text[..<hyphen])) else {
            return nil
        }
        let digits = text[text.index(after: hyphen)...]
        // At most 18 digits, which always fit.
        guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let sequence = Int(digits)
        else { return nil }
        self.init(run: RunID(run), sequence: sequence)
    }

    /// The id.
    var description: String { "\(self.run)-\(self.sequence)" }

    /// Behind which event of `run` a client that was last told `last` goes on; 0 for the beginning.
    ///
    /// What was told of another run says nothing about this one. Nor does a place behind the end of this one: a crash of
    /// the database has taken events away, and others have their numbers by now.
    static func resumption(behind last: String?, in run: RunID, end: Int) -> Int {
        guard let position = last.flatMap(Self.init), position.run == run, position.sequence <= end else { return 0 }
        return position.sequence
    }
}
