import Foundation
import Postgres
import Tenancy
import Workflow

/// A run about a tenant, as far as a request that wants to start another one has to know it.
struct TenantRun: Sendable {
    let id: RunID
    let workflow: WorkflowName
    let status: RunStatus

    /// Whether it came to nothing, and a tenant that was never there is made undone.
    var isUndoingProvision: Bool { self.status == .compensating && self.workflow == TenantWorkflows.provisionName }

    /// The runs that are under way about a tenant, oldest first; workers are held back until the transaction ends.
    static func locked(
        about tenant: TenantID, in transaction: borrowing PostgresTransaction
    ) async throws -> [TenantRun] {
        try await transaction.query(
            """
            SELECT id, workflow, status FROM bulkhead.workflow_runs
            WHERE subject = \(tenant.description) AND status IN ('running', 'compensating') ORDER BY number FOR UPDATE
            """
        ).map(Self.init)
    }

    /// The runs that are under way about a tenant, oldest first.
    static func open(
        about tenant: TenantID, in transaction: borrowing PostgresTransaction
    ) async throws -> [TenantRun] {
        try await transaction.query(
            """
            SELECT id, workflow, status FROM bulkhead.workflow_runs
            WHERE subject = \(tenant.description) AND status IN ('running', 'compensating') ORDER BY number
            """
        ).map(Self.init)
    }

    /// The youngest run that removes a tenant; nil if there never was one.
    static func latestRemoval(
        of tenant: TenantID, in transaction: borrowing PostgresTransaction
    ) async throws -> TenantRun? {
        try await transaction.query(
            """
            SELECT id, workflow, status FROM bulkhead.workflow_runs
            WHERE subject = \(tenant.description) AND workflow = \(TenantWorkflows.removeName.rawValue)
            ORDER BY number DESC LIMIT 1
            """
        ).first.map(Self.init)
    }

    private init(_ row: PostgresRow) throws {
        let (id, workflow, status) = try row.decode(UUID.self, String.self, String.self)
        guard let status = RunStatus(rawValue: status) else { throw CatalogError.unreadable("run \(id)") }
        self.id = RunID(id)
        self.workflow = WorkflowName(rawValue: workflow)
        self.status = status
    }
}
