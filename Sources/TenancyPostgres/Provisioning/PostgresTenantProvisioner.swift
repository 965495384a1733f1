import Foundation
public import Logging
public import Postgres
public import Tenancy
import Workflow

/// Starts the workflows about tenants, each in the transaction that makes it necessary.
public struct PostgresTenantProvisioner: TenantProvisioner {
    private let client: PostgresClient
    private let store: PostgresWorkflowStore
    private let workflows: TenantWorkflows
    private let pool: WarmPool
    private let logger: Logger

    /// A provisioner.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control`.
    ///   - pool: schemas made in advance; may be empty.
    public init(
        client: PostgresClient, store: PostgresWorkflowStore, workflows: TenantWorkflows, pool: WarmPool, logger: Logger
    ) {
        self.client = client
        self.store = store
        self.workflows = workflows
        self.pool = pool
        self.logger = logger
    }

    /// Reserves the subdomain and starts making the tenant; see ``TenantProvisioner/begin(_:by:requestID:once:)``.
    public func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        try await CatalogIdempotency.once(once, on: self.client) { transaction in
            let warm = try await self.pool.take(in: transaction)
            var order = TenantOrder(tenant: warm?.tenant ?? .random(), new: new, actor: principal.auditName)
            order.warm = warm?.schema
            try await Self.reserve(order, in: transaction)
            let header = try RunHeader(
                of: self.workflows.provision, subject: order.tenant.description, input: order)
            var reserved = RunEvent(.attemptSucceeded, step: SubdomainStep.name, direction: .forward, number: 1)
            reserved.output = [:]
            reserved.evidence = SubdomainStep.evidence(order)
            reserved.milliseconds = 0
            let attempt = RunEvent(.attemptStarted, step: SubdomainStep.name, direction: .forward, number: 1)
            _ = try await transaction.execute(self.store.starting(header, done: [attempt, reserved]))
            try await PostgresAuditTrail.append(
                AuditEvent(
                    actor: principal.auditName, action: "tenant.create", tenant: order.tenant,
                    details: ["subdomain": new.subdomain.description, "tier": new.tier.description],
                    requestID: requestID), in: transaction)
            return try await Self.tenant(order.tenant, in: transaction)
        }
    }

    /// Starts what a tenant lacks; see ``TenantProvisioner/repair(_:by:requestID:once:)``.
    public func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        try await CatalogIdempotency.once(once, on: self.client) { transaction in
            let open = try await Self.lockRuns(about: id, in: transaction)
            let tenant = try await Self.tenant(id, in: transaction, locking: true)
            guard !open else { return tenant }
            switch tenant.status {
            case .failed, .provisioning: try await self.startAnew(tenant, by: principal, in: transaction)
            case let status where TenantStatus.living.contains(status):
                let order = try await self.order(for: tenant, by: principal, in: transaction)
                let header = try RunHeader(of: self.workflows.repair, subject: id.description, input: order)
                _ = try await transaction.execute(self.store.starting(header))
            default:
                throw DomainError.conflict(
                    "The tenant is \(tenant.status.rawValue); only one that is there or failed can be provisioned.")
            }
            try await PostgresAuditTrail.append(
                AuditEvent(
                    actor: principal.auditName, action: "tenant.provision", tenant: id, requestID: requestID),
                in: transaction)
            return try await Self.tenant(id, in: transaction)
        }
    }

    /// Starts removing a tenant; see ``TenantProvisioner/remove(_:by:requestID:)``.
    public func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant {
        try await self.client.withTransaction { transaction in
            // The runs first, as workers do: whoever holds one of them wants the tenant next.
            _ = try await Self.lockRuns(about: id, in: transaction)
            let tenant = try await Self.tenant(id, in: transaction, locking: true)
            guard tenant.status.mayBecome(.deleting) else { return tenant }
            let order = try await self.order(for: tenant, by: principal, in: transaction)
            if tenant.status == .provisioning {
                _ = try await transaction.execute(
                    PostgresWorkflowStore.cancelling(
                        subject: id.description, workflow: TenantWorkflows.provisionName,
                        reason: "the tenant was deleted by \(principal.auditName)"))
            }
            _ = try await transaction.query(
                "UPDATE public.tenants SET status = 'deleting' WHERE id = \(id.uuid)::uuid")
            let header = try RunHeader(of: self.workflows.remove, subject: id.description, input: order)
            _ = try await transaction.execute(self.store.starting(header))
            try await PostgresAuditTrail.append(
                AuditEvent(actor: principal.auditName, action: "tenant.delete", tenant: id, requestID: requestID),
                in: transaction)
            return try await Self.tenant(id, in: transaction)
        }
    }

    /// Does the work about a tenant in the caller's task; see ``TenantProvisioner/finish(_:)``.
    public func finish(_ id: TenantID) async throws -> Tenant {
        guard let run = try await self.store.latestRun(about: id.description, of: TenantWorkflows.names) else {
            throw DomainError.notFound("tenant")
        }
        let worker = WorkflowWorker(
            self.workflows.all, store: self.store,
            configuration: WorkerConfiguration(name: "command \(ProcessInfo.processInfo.processIdentifier)"),
            logger: self.logger)
        // Those that come before it have to end first.
        let open = try await self.client.query(
            """
            SELECT id FROM bulkhead.workflow_runs
            WHERE subject = \(id.description) AND status IN ('running', 'compensating') ORDER BY number
            """)
        for row in open { _ = try await worker.drive(RunID(try row[0].decode(UUID.self))) }
        let status = try await self.store.status(of: run.header.id)
        guard status == .completed else {
            let events = try await self.store.events(of: run.header.id, after: 0)
            let reason = events.last { $0.event.reason != nil }?.event.reason ?? "nobody knows why"
            throw DomainError.conflict("The work came to nothing: \(reason)")
        }
        let rows = try await self.client.query(TenantRow.select("WHERE id = \(id.uuid)::uuid"))
        guard let row = rows.first else { throw DomainError.notFound("tenant") }
        return try TenantRow.tenant(row)
    }

    // MARK: Parts

    private static func reserve(_ order: TenantOrder, in transaction: borrowing PostgresTransaction) async throws {
        let placement = Placement.ownSchema(of: order.tenant)
        do {
            _ = try await transaction.query(
                """
                INSERT INTO public.tenants (id, name, subdomain, tier, cluster, isolation_model, schema_name)
                VALUES (\(order.tenant.uuid)::uuid, \(order.new.name), \(order.new.subdomain.description),
                        \(order.new.tier.description), \(placement.cluster), \(placement.isolation.rawValue),
                        \(placement.schema))
                """)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw DomainError.taken(field: "/subdomain", detail: "is taken; choose another name")
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw ValidationError(pointer: "/tier", detail: "is no tier any more")
        }
    }

    private func startAnew(
        _ tenant: Tenant, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws {
        let order = try await self.order(for: tenant, by: principal, in: transaction)
        if tenant.status == .failed {
            _ = try await transaction.query(
                "UPDATE public.tenants SET status = 'provisioning' WHERE id = \(tenant.id.uuid)::uuid")
        }
        // A run that gave up half-way back is left to history: the new one takes over what it finds.
        let header = try RunHeader(of: self.workflows.provision, subject: tenant.id.description, input: order)
        _ = try await transaction.execute(self.store.starting(header))
    }

    /// What the tenant was to be like, under the name and tier that it has by now.
    private func order(
        for tenant: Tenant, by principal: Principal, in transaction: borrowing PostgresTransaction
    ) async throws -> TenantOrder {
        let rows = try await transaction.query(
            """
            SELECT input FROM bulkhead.workflow_runs
            WHERE subject = \(tenant.id.description) AND workflow = \(TenantWorkflows.provisionName.rawValue)
            ORDER BY number LIMIT 1
            """)
        guard var order = try rows.first?[0].decode(PostgresJSON<TenantOrder>.self).value else {
            throw DomainError.conflict("The tenant was made by an earlier version, which did not record how.")
        }
        order.warm = nil
        order.actor = principal.auditName
        order.new.name = tenant.name
        order.new.tier = tenant.tier
        return order
    }

    /// Whether workers are at work for a tenant; they are held back until the transaction ends.
    private static func lockRuns(
        about id: TenantID, in transaction: borrowing PostgresTransaction
    ) async throws -> Bool {
        let rows = try await transaction.query(
            """
            SELECT 1 FROM bulkhead.workflow_runs
            WHERE subject = \(id.description) AND status IN ('running', 'compensating') ORDER BY number FOR UPDATE
            """)
        return !rows.isEmpty
    }

    private static func tenant(
        _ id: TenantID, in transaction: borrowing PostgresTransaction, locking: Bool = false
    ) async throws -> Tenant {
        let rows = try await transaction.query(
            TenantRow.select("WHERE id = \(id.uuid)::uuid \(unescaped: locking ? "FOR UPDATE" : "")"))
        guard let row = rows.first else { throw DomainError.notFound("tenant") }
        return try TenantRow.tenant(row)
    }
}
