import BulkheadHummingbird
import Foundation
import Workflow

/// Something that happened to a run as a stream of events shows it.
///
/// Without what a step gave to the next ones: that is the workflow's own business.
struct EventDocument: JSONWritable {
    let run: RunID
    let recorded: RecordedEvent

    /// The event as lines of a stream.
    var lines: [UInt8] {
        var json = JSONWriter()
        self.write(to: &json)
        return ServerSentEvent.event(
            id: EventPosition(run: self.run, recorded: self.recorded).description,
            name: self.recorded.event.kind.rawValue,
            data: json.bytes)
    }

    func write(to json: inout JSONWriter) {
        let event = self.recorded.event
        json.object { json in
            json.member("sequence", self.recorded.sequence)
            json.member("at", self.recorded.at)
            json.member("kind", event.kind.rawValue)
            if let step = event.step { json.member("step", step.rawValue) }
            if let direction = event.direction { json.member("direction", direction.rawValue) }
            if let number = event.number { json.member("number", number) }
            if let reason = event.reason { json.member("reason", reason) }
            if let evidence = event.evidence { json.member("evidence", Evidence(document: evidence)) }
            if let milliseconds = event.milliseconds { json.member("durationMs", milliseconds) }
            if let milliseconds = event.retryInMilliseconds { json.member("retryInMs", milliseconds) }
        }
    }
}
