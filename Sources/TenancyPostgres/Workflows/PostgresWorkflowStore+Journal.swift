import Foundation
import Postgres
public import Workflow

extension PostgresWorkflowStore: WorkflowJournal {
    private static let columns: PostgresQueryPart =
        "r.id, r.workflow, r.subject, r.input, r.plan, r.status, r.worker, r.run_at, r.created_at, r.updated_at"

    /// The youngest run about a subject; see ``WorkflowJournal/latestRun(about:of:)``.
    public func latestRun(about subject: String, of workflows: [WorkflowName]) async throws -> RunRecord? {
        try await self.client.query(
            """
            SELECT \(part: Self.columns) FROM bulkhead.workflow_runs r
            WHERE r.subject = \(subject) AND r.workflow = ANY (\(workflows.map(\.rawValue))::text[])
            ORDER BY r.number DESC LIMIT 1
            """
        ).first.map(Self.record)
    }

    /// A run; see ``WorkflowJournal/run(_:)``.
    public func run(_ id: RunID) async throws -> RunRecord? {
        try await self.client.query(
            "SELECT \(part: Self.columns) FROM bulkhead.workflow_runs r WHERE r.id = \(id.uuid)::uuid"
        ).first.map(Self.record)
    }

    /// The events of a run; see ``WorkflowJournal/events(of:after:)``.
    public func events(of run: RunID, after sequence: Int) async throws -> [RecordedEvent] {
        let rows = try await self.client.query(
            """
            SELECT \(part: RunEventRow.json) FROM bulkhead.workflow_events e
            WHERE e.run_id = \(run.uuid)::uuid AND e.sequence > \(sequence)::bigint ORDER BY e.sequence
            """)
        return try rows.map { try $0[0].decode(PostgresJSON<RunEventRow>.self).value.recorded }
    }

    /// Calls back whenever the run may have changed; see ``WorkflowJournal/watch(_:_:)``.
    public func watch(_ run: RunID, _ onChange: @escaping @Sendable () -> Void) async {
        for await event in self.listener.notifications(on: [Self.channel]) {
            if case .notification(let notification) = event, notification.payload != run.description { continue }
            onChange()
        }
    }

    /// Has a run tried again now; see ``WorkflowJournal/resume(_:by:)``.
    public func resume(_ run: RunID, by actor: String) async throws -> Bool {
        let batch = PostgresBatch(
            [LockPatience.limit, Self.resuming(run, by: actor)], transaction: .explicit(.readWrite))
        let answers = try await LockPatience.limited { try await self.client.execute(batch) }
        return answers.last?.isEmpty == false
    }

    /// The statement that has a run tried again now: one row if there was something to resume.
    ///
    /// A run is nobody's under the conditions of ``claim(_:)``; and it waits as long as its next attempt lies ahead,
    /// perhaps by hours, after the clock was set back.
    static func resuming(_ run: RunID, by actor: String) -> PostgresQuery {
        let resumed = RunEvent(.resumed, reason: "by \(actor)")
        return """
            WITH found AS (
                SELECT id FROM bulkhead.workflow_runs
                WHERE id = \(run.uuid)::uuid AND (status = 'dead'
                    OR (status IN ('running', 'compensating') AND run_at > statement_timestamp()
                        AND (lease_until IS NULL OR lease_until <= statement_timestamp()
                             OR lease_until > statement_timestamp() + interval '11 minutes')))
                FOR UPDATE
            ), resumed AS (
                UPDATE bulkhead.workflow_runs r
                SET attempt = (r.attempt / \(Self.block)::bigint + 1) * \(Self.block)::bigint, events = r.events + 1,
                    -- Whether it went forward or back is in its journal.
                    status = CASE WHEN EXISTS (
                        SELECT 1 FROM bulkhead.workflow_events e
                        WHERE e.run_id = r.id AND e.kind IN ('cancelled', 'compensationStarted'))
                        THEN 'compensating' ELSE 'running' END,
                    worker = NULL, lease_until = NULL, run_at = clock_timestamp(),
                    updated_at = greatest(clock_timestamp(), r.updated_at)
                FROM found WHERE r.id = found.id
                RETURNING r.id, r.events
            ), journal AS (
                INSERT INTO bulkhead.workflow_events (run_id, sequence, at, \(part: RunEventRow.columns))
                SELECT resumed.id, resumed.events, clock_timestamp(), \(part: RunEventRow.values)
                FROM resumed, \(part: RunEventRow.rows([resumed]))
            )
            SELECT pg_notify(\(Self.channel), resumed.id::text), pg_notify(\(Self.dueChannel), '') FROM resumed
            """
    }

    private static func record(_ row: PostgresRow) throws -> RunRecord {
        let header = try RunRow.header(row)
        guard let status = RunStatus(rawValue: try row[5].decode(String.self)) else {
            throw CatalogError.unreadable("run \(header.id)")
        }
        return RunRecord(
            header: header, status: status, worker: try row[6].decode(String?.self),
            dueAt: try row[7].decode(Date.self), createdAt: try row[8].decode(Date.self),
            updatedAt: try row[9].decode(Date.self))
    }
}
