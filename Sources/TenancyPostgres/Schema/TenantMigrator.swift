public import Postgres
public import Tenancy

/// Brings tenants to the version of the template, one transaction a tenant.
public struct TenantMigrator: Sendable {
    /// How far a run has come.
    public struct Progress: Sendable {
        /// Tenants done, failures included.
        public let done: Int
        /// Tenants that needed something.
        public let total: Int
    }

    /// What a run did.
    public struct Report: Sendable {
        /// The tenants that are now at the template's version.
        public var migrated: [TenantID] = []
        /// The tenants that stayed as they were, with the reason, safe to print.
        public var failed: [(tenant: TenantID, reason: String)] = []
    }

    private let client: PostgresClient
    private let signer: ContextSigner
    private let template: TenantTemplate

    /// A migrator through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient, signer: ContextSigner, template: TenantTemplate) {
        self.client = client
        self.signer = signer
        self.template = template
    }

    /// Migrates every tenant that is behind; one that fails does not stop the others.
    public func migrateAll(progress: @Sendable (Progress) -> Void = { _ in }) async throws -> Report {
        let living = TenantStatus.living.map(\.rawValue)
        let rows = try await self.client.query(
            TenantRow.select(
                """
                WHERE (schema_version % \(SQLFile.applicationStep)::int < \(self.template.ownVersion)::int
                       OR schema_version / \(SQLFile.applicationStep)::int
                          < \(self.template.applicationVersion / SQLFile.applicationStep)::int)
                  AND status = ANY (\(living)::text[]) ORDER BY created_at, id
                """))
        let tenants = try rows.map(TenantRow.tenant)
        var report = Report()
        for (index, tenant) in tenants.enumerated() {
            do {
                try await self.migrate(tenant)
                report.migrated.append(tenant.id)
            } catch let error as PostgresError {
                report.failed.append((tenant.id, "\(error)"))
            }
            progress(Progress(done: index + 1, total: tenants.count))
        }
        return report
    }

    private func migrate(_ tenant: Tenant) async throws {
        let timeouts = TransactionTimeouts(
            statementMilliseconds: 600_000, lockMilliseconds: 5_000, idleMilliseconds: 60_000)
        try await self.client.withTransaction { transaction in
            // The row lock keeps a second run, and a change of status, away.
            let rows = try await transaction.query(
                TenantRow.select("WHERE id = \(tenant.id.uuid)::uuid FOR UPDATE"))
            guard let row = rows.first else { return }
            let version = try TenantRow.tenant(row).schemaVersion
            let entry = TenantEntry(
                credential: self.signer.credential(for: tenant.id, mode: .readWrite), timeouts: timeouts)
            let pending = self.template.pending(after: version)
            _ = try await transaction.execute(
                ["SET LOCAL ROLE bulkhead_owner", entry.query]
                    + self.template.statements(after: version, for: tenant.id).map { PostgresQuery(raw: $0) }
                    + ["SET LOCAL ROLE NONE"] + pending.map { $0.recording(for: tenant.id) }
                    + [
                        """
                        UPDATE public.tenants SET schema_version = \(self.template.version(after: version))::int
                        WHERE id = \(tenant.id.uuid)::uuid
                        """
                    ])
        }
    }
}
