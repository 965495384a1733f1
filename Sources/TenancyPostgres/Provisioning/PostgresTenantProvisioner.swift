public import Postgres
public import Tenancy

/// Makes tenants on the catalog's own cluster, in one transaction: a process or server that dies leaves nothing.
public struct PostgresTenantProvisioner: TenantProvisioner {
    /// DDL waits for nobody and is quick; these limits only stop what has gone wrong.
    private static let patience = Tier(
        name: TierName("provisioning"), statementTimeoutMilliseconds: 60_000, lockTimeoutMilliseconds: 10_000,
        idleInTransactionTimeoutMilliseconds: 60_000, maximumConcurrency: 1, maximumUsers: nil, features: [])

    private let client: PostgresClient
    private let signer: ContextSigner
    private let template: TenantTemplate
    private let tiers: any TierRepository

    /// A provisioner through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient, signer: ContextSigner, template: TenantTemplate, tiers: any TierRepository) {
        self.client = client
        self.signer = signer
        self.template = template
        self.tiers = tiers
    }

    /// Creates the tenant and brings it to `active`; see ``TenantProvisioner/provision(_:by:)``.
    public func provision(_ new: NewTenant, by principal: Principal) async throws -> Tenant {
        guard let tier = try await self.tiers.tiers().first(where: { $0.name == new.tier }) else {
            throw ValidationError(pointer: "/tier", detail: "is no tier any more")
        }
        let plan = ProvisioningPlan(
            id: .random(), new: new, tier: tier, template: self.template, principal: principal)
        return try await self.client.withTransaction { transaction in
            try await self.perform(plan, in: transaction)
            try await PostgresAuditTrail.append(
                AuditEvent(
                    actor: principal.auditName, action: "tenant.create", tenant: plan.id,
                    details: ["subdomain": new.subdomain.description, "tier": tier.name.description]),
                in: transaction)
            let rows = try await transaction.query(TenantRow.select("WHERE id = \(plan.id.uuid)::uuid"))
            guard let row = rows.first else { throw DomainError.notFound("tenant") }
            return try TenantRow.tenant(row)
        }
    }

    private func perform(_ plan: ProvisioningPlan, in transaction: borrowing PostgresTransaction) async throws {
        do {
            _ = try await transaction.execute(plan.statements(of: .record, entry: self.entry(plan)))
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw DomainError.taken(field: "/subdomain", detail: "is taken; choose another name")
        }
        // One round trip for everything that needs no decision in between.
        let entry = self.entry(plan)
        let steps: [ProvisioningStep] = [.schema, .template, .settings, .firstAdministrator]
        let work = steps.flatMap { plan.statements(of: $0, entry: entry) }
        _ = try await transaction.execute(
            ["SET LOCAL ROLE bulkhead_owner"] + work + ["SET LOCAL ROLE NONE"]
                + plan.statements(of: .activation, entry: entry))
    }

    private func entry(_ plan: ProvisioningPlan) -> TenantEntry {
        TenantEntry(credential: self.signer.credential(for: plan.id, mode: .readWrite), limits: Self.patience)
    }
}
