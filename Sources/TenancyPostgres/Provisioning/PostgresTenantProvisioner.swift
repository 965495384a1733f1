import Foundation
public import Logging
public import Postgres
public import Tenancy
import Workflow

/// Starts the workflows about tenants, each in the transaction that makes it necessary.
public struct PostgresTenantProvisioner: TenantProvisioner {
    let client: PostgresClient
    let store: PostgresWorkflowStore
    let workflows: TenantWorkflows
    private let pool: WarmPool
    private let hold: NameHold
    private let logger: Logger

    /// A provisioner.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control`.
    ///   - pool: schemas made in advance; may be empty.
    ///   - quarantine: for how long nobody gets the name of a tenant that is gone.
    public init(
        client: PostgresClient, store: PostgresWorkflowStore, workflows: TenantWorkflows, pool: WarmPool,
        quarantine: NameQuarantine = .standard, logger: Logger
    ) {
        self.client = client
        self.store = store
        self.workflows = workflows
        self.pool = pool
        self.hold = NameHold(quarantine: quarantine)
        self.logger = logger
    }

    /// Reserves the subdomain and starts making the tenant; see ``TenantProvisioner/begin(_:by:requestID:once:)``.
    public func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        let tiers = self.pool.size > 0 ? try await self.workflows.effects.tiers.tiers() : nil
        let begun = try await self.begin(new, by: principal, requestID: requestID, once: once, trying: tiers)
        await self.announce(begun)
        return begun
    }

    private func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?,
        trying tiers: [Tier]?
    ) async throws -> Once<Tenant> {
        do {
            return try await self.begin(new, by: principal, requestID: requestID, once: once, pooledWith: tiers)
        } catch let refused as WarmStart.Refused {
            self.logger.warning(
                "A schema made in advance cannot be used", metadata: ["error": "\(String(reflecting: refused.cause))"])
            try await self.pool.distrust(refused.tenant)
            return try await self.begin(new, by: principal, requestID: requestID, once: once, pooledWith: nil)
        }
    }

    /// - Parameter tiers: what settings depend on, for a tenant out of the pool; nil for one that is made from nothing.
    private func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?,
        pooledWith tiers: [Tier]?
    ) async throws -> Once<Tenant> {
        try await CatalogIdempotency.once(once, on: self.client) { transaction in
            let warm = tiers == nil ? nil : try await self.pool.take(in: transaction)
            var order = TenantOrder(tenant: warm?.tenant ?? .random(), new: new, actor: principal.auditName)
            order.warm = warm?.schema
            try await self.reserve(order, in: transaction)
            let header = try RunHeader(
                of: self.workflows.provision, subject: order.tenant.description, input: order)
            var reserved = RunEvent(.attemptSucceeded, step: SubdomainStep.name, direction: .forward, number: 1)
            reserved.output = [:]
            reserved.evidence = SubdomainStep.evidence(order)
            reserved.milliseconds = 0
            var done = [RunEvent(.attemptStarted, step: SubdomainStep.name, direction: .forward, number: 1), reserved]
            if warm != nil, let tiers {
                done += try await WarmStart(order, tiers: tiers, effects: self.workflows.effects).run(in: transaction)
            }
            _ = try await transaction.execute(self.store.starting(header, done: done))
            try await PostgresAuditTrail.append(
                AuditEvent(
                    actor: principal.auditName, action: "tenant.create", tenant: order.tenant,
                    details: ["subdomain": new.subdomain.description, "tier": new.tier.description],
                    requestID: requestID), in: transaction)
            return try await Self.tenant(order.tenant, in: transaction)
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

    func announce(_ outcome: Once<Tenant>) async {
        guard case .done(let tenant) = outcome else { return }
        await self.workflows.effects.announcer.announce(TenantChange(tenant))
    }

    private func reserve(_ order: TenantOrder, in transaction: borrowing PostgresTransaction) async throws {
        let placement = Placement.ownSchema(of: order.tenant)
        do {
            let rows = try await transaction.query(
                """
                INSERT INTO public.tenants (id, name, subdomain, tier, cluster, isolation_model, schema_name)
                SELECT \(order.tenant.uuid)::uuid, \(order.new.name), \(order.new.subdomain.description),
                       \(order.new.tier.description), \(placement.cluster), \(placement.isolation.rawValue),
                       \(placement.schema)
                WHERE \(part: self.hold.isAbsent(order.new.subdomain))
                """)
            guard rows.affectedRows == 0 else { return }
            let refusal = try await self.hold.refusal(of: order.new.subdomain, in: transaction)
            // What held the name a moment ago may be over by now.
            throw refusal ?? DomainError.busy(retryAfterSeconds: 1)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw DomainError.taken(field: "/subdomain", detail: "is taken; choose another name")
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw ValidationError(pointer: "/tier", detail: "is no tier any more")
        }
    }

    static func tenant(
        _ id: TenantID, in transaction: borrowing PostgresTransaction, locking: Bool = false
    ) async throws -> Tenant {
        let rows = try await transaction.query(
            TenantRow.select("WHERE id = \(id.uuid)::uuid \(unescaped: locking ? "FOR UPDATE" : "")"))
        guard let row = rows.first else { throw DomainError.notFound("tenant") }
        return try TenantRow.tenant(row)
    }
}
