public import Tenancy
public import Workflow

/// How the work about a tenant is coming along.
public struct ProvisioningService: Sendable {
    /// A run and everything that has happened to it.
    public struct Progress: Sendable {
        /// The run.
        public let run: RunRecord
        /// What has happened, in order.
        public let events: [RecordedEvent]
    }

    private let tenants: any TenantRepository
    private let journal: any WorkflowJournal
    private let workflows: [WorkflowName]

    /// A service over these ports.
    ///
    /// - Parameter workflows: those that are about tenants.
    public init(tenants: any TenantRepository, journal: any WorkflowJournal, workflows: [WorkflowName]) {
        self.tenants = tenants
        self.journal = journal
        self.workflows = workflows
    }

    /// The youngest run about a tenant: the one that is under way, or the last one.
    ///
    /// - Throws: ``DomainError/notFound(_:)``.
    public func run(about id: TenantID) async throws -> RunRecord {
        guard let run = try await self.journal.latestRun(about: id.description, of: self.workflows) else {
            guard try await self.tenants.tenant(id) != nil else { throw DomainError.notFound("tenant") }
            throw DomainError.notFound("provisioning")
        }
        return run
    }

    /// The youngest run about a tenant with everything that has happened to it.
    ///
    /// - Throws: ``DomainError/notFound(_:)``.
    public func progress(of id: TenantID) async throws -> Progress {
        let run = try await self.run(about: id)
        return Progress(run: run, events: try await self.journal.events(of: run.header.id, after: 0))
    }

    /// Hands out what happens to a run, as it happens; see ``WorkflowJournal/follow(_:after:quiet:_:)``.
    public func follow(
        _ run: RunID, after sequence: Int, quiet: Duration,
        _ body: ([RecordedEvent]) async throws -> Void
    ) async throws {
        try await self.journal.follow(run, after: sequence, quiet: quiet, body)
    }

    /// Waits until nothing is under way about a tenant, or for so long.
    ///
    /// - Returns: the tenant as it is then.
    /// - Throws: ``DomainError/notFound(_:)``.
    public func wait(for id: TenantID, atMost limit: Duration) async throws -> Tenant {
        _ = try await self.journal.wait(for: try await self.run(about: id).header.id, atMost: limit)
        guard let tenant = try await self.tenants.tenant(id) else { throw DomainError.notFound("tenant") }
        return tenant
    }

    /// Has work tried again now, from where it stopped: work that gave up, or waits for its next attempt.
    ///
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` if it is over, due already or in somebody's
    ///   hands; ``DomainError/heldUp(_:retryAfterSeconds:)`` if somebody holds it for a moment.
    public func resume(_ id: TenantID, by principal: Principal) async throws {
        let run = try await self.run(about: id)
        guard try await self.journal.resume(run.header.id, by: principal.auditName) else {
            // As it is by now: somebody may have taken it meanwhile.
            throw DomainError.conflict(try await self.reasonNotToResume(try await self.run(about: id), of: id))
        }
    }

    private func reasonNotToResume(_ run: RunRecord, of id: TenantID) async throws -> String {
        guard run.status.isOpen else {
            let text = "The work about this tenant is \(run.status.rawValue); there is nothing to resume."
            // One that is gone lacks nothing.
            guard try await self.tenants.tenant(id)?.status.mayBecome(.deleting) == true else { return text }
            return text + " POST /api/admin/tenants/\(id)/provision starts what the tenant lacks."
        }
        guard let worker = run.worker else {
            return "The work about this tenant is due already: a worker begins as soon as one is free and earlier work "
                + "about the tenant is over."
        }
        return "\(worker) is working on this; there is nothing to resume. If that server is gone, another one goes on "
            + "by itself within seconds."
    }
}
