import Foundation
public import Postgres
public import Workflow

/// Runs and their journals in `bulkhead.workflow_runs` and `bulkhead.workflow_events`.
///
/// Every statement that writes for a run names the attempt it belongs to; a row that has moved on is not found, and
/// nothing is written.
public struct PostgresWorkflowStore: WorkflowStore {
    /// The channel on which changes are announced, with the run's id.
    static let channel = "bulkhead_workflow"
    /// The channel on which it is announced that some run may have become due, for workers.
    static let dueChannel = "bulkhead_workflow_due"
    /// Numbers of attempts that one claim may give out.
    static let block = 1024

    let client: PostgresClient
    /// Listens past a connection pooler: through one, LISTEN is accepted and nothing arrives.
    let listener: PostgresClient

    /// A store.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control`.
    ///   - listener: the same, connected directly to the server.
    public init(client: PostgresClient, listener: PostgresClient) {
        self.client = client
        self.listener = listener
    }

    /// Takes a run that is due; see ``WorkflowStore/claim(_:)``.
    public func claim(_ request: ClaimRequest) async throws -> ClaimedRun? {
        let known = Dictionary(
            uniqueKeysWithValues: request.workflows.map { ($0.key.rawValue, $0.value.map(\.rawValue)) })
        let lease = request.lease.wholeMilliseconds
        let rows = try await self.client.query(
            """
            WITH due AS (
                SELECT r.id FROM bulkhead.workflow_runs r
                WHERE r.status IN ('running', 'compensating') AND r.run_at <= statement_timestamp()
                  AND (\(PostgresJSON(known))::jsonb -> r.workflow) @> to_jsonb(r.plan)
                  AND (\(request.only?.uuid)::uuid IS NULL OR r.id = \(request.only?.uuid)::uuid)
                  -- A lease from farther ahead than any lease reaches was given before the clock was set back.
                  AND (r.lease_until IS NULL OR r.lease_until <= statement_timestamp()
                       OR r.lease_until > statement_timestamp() + interval '11 minutes')
                  AND NOT EXISTS (
                      SELECT 1 FROM bulkhead.workflow_runs e
                      WHERE e.subject = r.subject AND e.id <> r.id AND e.status IN ('running', 'compensating')
                        -- An older run that was resumed waits for a younger one that somebody is at.
                        AND (e.number < r.number OR e.lease_until > statement_timestamp()))
                ORDER BY r.run_at, r.number LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
            UPDATE bulkhead.workflow_runs r
            SET attempt = (r.attempt / \(Self.block)::bigint + 1) * \(Self.block)::bigint,
                worker = \(request.worker), updated_at = greatest(clock_timestamp(), r.updated_at),
                lease_until = clock_timestamp() + \(lease)::bigint * interval '1 millisecond'
            FROM due WHERE r.id = due.id
            RETURNING r.id, r.workflow, r.subject, r.input, r.plan, r.attempt,
                (SELECT coalesce(jsonb_agg(\(part: RunEventRow.json) ORDER BY e.sequence), '[]')
                 FROM bulkhead.workflow_events e WHERE e.run_id = r.id)
            """)
        guard let row = rows.first else { return nil }
        let header = try RunRow.header(row)
        let events = try row[6].decode(PostgresJSON<[RunEventRow]>.self).value.map(\.recorded)
        return ClaimedRun(
            header: header, events: events, fence: Fence(run: header.id, attempt: try row[5].decode(Int.self)))
    }

    /// Appends to a run's journal; see ``WorkflowStore/record(_:under:then:)``.
    public func record(
        _ events: [RunEvent], under fence: Fence, then transition: RunTransition
    ) async throws -> Fence {
        let change = RunChange(transition)
        let rows = try await self.client.query(
            """
            WITH mine AS (
                -- Waits for an effect of the attempt that is still on its way; see FencedClient.
                SELECT id FROM bulkhead.workflow_runs
                WHERE id = \(fence.run.uuid)::uuid AND attempt = \(fence.attempt)::bigint
                  AND status IN ('running', 'compensating') FOR UPDATE
            ), held AS (
                UPDATE bulkhead.workflow_runs r
                SET attempt = r.attempt + 1, events = r.events + \(events.count)::int, status = \(change.status.rawValue),
                    worker = CASE WHEN \(change.lease)::bigint IS NULL THEN NULL ELSE r.worker END,
                    lease_until = clock_timestamp() + \(change.lease)::bigint * interval '1 millisecond',
                    run_at = clock_timestamp() + \(change.delay)::bigint * interval '1 millisecond',
                    updated_at = greatest(clock_timestamp(), r.updated_at)
                FROM mine WHERE r.id = mine.id
                RETURNING r.id, r.attempt, r.events
            ), journal AS (
                INSERT INTO bulkhead.workflow_events (run_id, sequence, at, \(part: RunEventRow.columns))
                SELECT held.id, held.events - \(events.count)::int + e.place, clock_timestamp(),
                       \(part: RunEventRow.values)
                FROM held, \(part: RunEventRow.rows(events))
            )
            SELECT held.attempt, pg_notify(\(Self.channel), held.id::text),
                   CASE WHEN \(change.lease)::bigint IS NULL THEN pg_notify(\(Self.dueChannel), '') END,
                   set_config('synchronous_commit', \(change.isDurable ? "on" : "off"), true)
            FROM held
            """)
        guard let row = rows.first else { throw FenceLost(fence) }
        return Fence(run: fence.run, attempt: try row[0].decode(Int.self))
    }

    /// Keeps a run for the length of another lease; see ``WorkflowStore/renew(_:lease:)``.
    public func renew(_ fence: Fence, lease: Duration) async throws {
        let rows = try await self.client.query(
            """
            UPDATE bulkhead.workflow_runs
            SET lease_until = clock_timestamp() + \(lease.wholeMilliseconds)::bigint * interval '1 millisecond'
            WHERE id = \(fence.run.uuid)::uuid AND attempt = \(fence.attempt)::bigint
              AND status IN ('running', 'compensating')
            """)
        guard rows.affectedRows == 1 else { throw FenceLost(fence) }
    }

    /// The status of a run; nil if there is none.
    public func status(of run: RunID) async throws -> RunStatus? {
        try await self.run(run)?.status
    }

    /// Calls back whenever runs may have become due, until the task is cancelled.
    public func watch(_ onChange: @Sendable () -> Void) async {
        for await _ in self.listener.notifications(on: [Self.dueChannel]) { onChange() }
    }

    /// The statements that create a run, for the transaction of whoever wants the work done.
    ///
    /// - Parameter done: steps that this very transaction does, with what they give and can show.
    func starting(_ header: RunHeader, done: [RunEvent] = []) -> [PostgresQuery] {
        let events = [RunEvent(.started)] + done
        return [
            """
            INSERT INTO bulkhead.workflow_runs (id, workflow, subject, input, plan, events)
            VALUES (\(header.id.uuid)::uuid, \(header.workflow.rawValue), \(header.subject),
                    \(PostgresJSON(header.input))::jsonb, \(header.plan.map(\.rawValue))::text[], \(events.count)::int)
            """,
            """
            INSERT INTO bulkhead.workflow_events (run_id, sequence, \(part: RunEventRow.columns))
            SELECT \(header.id.uuid)::uuid, e.place, \(part: RunEventRow.values) FROM \(part: RunEventRow.rows(events))
            """,
            "SELECT pg_notify(\(Self.channel), \(header.id.description)), pg_notify(\(Self.dueChannel), '')",
        ]
    }

    /// The statements that have open runs about a subject undone, from wherever they are.
    ///
    /// The number of the attempt moves on, so whoever is in the middle of one cannot commit it.
    static func cancelling(subject: String, workflow: WorkflowName, reason: String) -> [PostgresQuery] {
        let cancelled = RunEvent(.cancelled, reason: reason)
        return [
            """
            WITH found AS (
                SELECT id FROM bulkhead.workflow_runs
                WHERE subject = \(subject) AND workflow = \(workflow.rawValue) AND status IN ('running', 'dead')
                ORDER BY number FOR UPDATE
            ), turned AS (
                UPDATE bulkhead.workflow_runs r
                SET attempt = (r.attempt / \(Self.block)::bigint + 1) * \(Self.block)::bigint, events = r.events + 1,
                    status = 'compensating', worker = NULL, lease_until = NULL, run_at = clock_timestamp(),
                    updated_at = greatest(clock_timestamp(), r.updated_at)
                FROM found WHERE r.id = found.id
                RETURNING r.id, r.events
            ), journal AS (
                INSERT INTO bulkhead.workflow_events (run_id, sequence, at, \(part: RunEventRow.columns))
                SELECT turned.id, turned.events, clock_timestamp(), \(part: RunEventRow.values)
                FROM turned, \(part: RunEventRow.rows([cancelled]))
            )
            SELECT pg_notify(\(Self.channel), turned.id::text), pg_notify(\(Self.dueChannel), '') FROM turned
            """
        ]
    }
}

/// What a transition means for the row of a run.
private struct RunChange {
    var status: RunStatus
    var lease: Int?
    var delay = 0
    var isDurable = true

    init(_ transition: RunTransition) {
        switch transition {
        case .keep(let lease, let status, let isDurable):
            self.status = status
            self.lease = lease.wholeMilliseconds
            self.isDurable = isDurable
        case .release(let delay, let status):
            self.status = status
            self.delay = delay.wholeMilliseconds
        case .end(let status): self.status = status
        }
    }
}
