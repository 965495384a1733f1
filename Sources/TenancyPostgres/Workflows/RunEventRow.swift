import Foundation
import Postgres
import Workflow

/// How `bulkhead.workflow_events` is read and written.
struct RunEventRow: Codable, Sendable {
    var sequence: Int
    /// Microseconds since 1970: JSON has no times.
    var at: Int
    var event: RunEvent

    var recorded: RecordedEvent {
        RecordedEvent(
            sequence: self.sequence, at: Date(timeIntervalSince1970: Double(self.at) / 1e6), event: self.event)
    }

    /// The columns of an event, in the order of ``values``.
    static let columns: PostgresQueryPart = """
        kind, step, direction, number, reason, output, evidence, milliseconds, retry_in_milliseconds
        """

    /// The values of an event that came as JSON.
    static let values: PostgresQueryPart = """
        e.kind, e.step, e.direction, e.number, left(e.reason, 4000), e.output, e.evidence, e.milliseconds,
        e."retryInMilliseconds"
        """

    /// A row `e` as JSON, in the form of this type.
    static let json: PostgresQueryPart = """
        jsonb_build_object('sequence', e.sequence, 'at', (extract(epoch FROM e.at) * 1000000)::bigint,
            'event', jsonb_strip_nulls(jsonb_build_object('kind', e.kind, 'step', e.step, 'direction', e.direction,
                'number', e.number, 'reason', e.reason, 'milliseconds', e.milliseconds,
                'retryInMilliseconds', e.retry_in_milliseconds))
                || jsonb_build_object('output', e.output, 'evidence', e.evidence))
        """

    /// Events as rows `e`, with their place from 1.
    static func rows(_ events: [RunEvent]) -> PostgresQueryPart {
        """
        ROWS FROM (jsonb_to_recordset(\(PostgresJSON(events))::jsonb) AS (
            kind text, step text, direction text, number int, reason text, output jsonb, evidence jsonb,
            milliseconds bigint, "retryInMilliseconds" bigint)) WITH ORDINALITY
            AS e (kind, step, direction, number, reason, output, evidence, milliseconds, "retryInMilliseconds", place)
        """
    }
}

/// How `bulkhead.workflow_runs` is read.
enum RunRow {
    static func header(_ row: PostgresRow) throws -> RunHeader {
        let (id, workflow, subject, input, plan) = try row.decode(
            UUID.self, String.self, String.self, PostgresJSON<JSONDocument>.self, [String].self)
        return RunHeader(
            id: RunID(id), workflow: WorkflowName(rawValue: workflow), subject: subject, input: input.value,
            plan: plan.map { StepName(rawValue: $0) })
    }
}
