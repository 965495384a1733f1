import Postgres
import Tenancy
import Workflow

/// Makes the tenant's schema: tables, policies and rights, all in one transaction.
///
/// A schema that is there is compared with the template and given what it lacks; one that was made in advance is taken
/// over as it is.
struct SchemaStep: WorkflowStep {
    static let name: StepName = "schema"

    let effects: TenantEffects
    var name: StepName { Self.name }
    var policy: StepPolicy { StepPolicy(timeout: .seconds(90), retry: .standard) }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        let placement = Placement.ownSchema(of: order.tenant)
        let found = try await self.effects.client.query(
            """
            SELECT to_regnamespace(\(placement.schema)) IS NOT NULL, t.schema_version FROM public.tenants t
            WHERE t.id = \(order.tenant.uuid)::uuid
            """)
        let (isThere, version) = try found.first?.decode(Bool.self, Int.self) ?? (false, 0)
        if !isThere {
            try await self.make(order, context.fence)
            return StepResult(evidence: self.evidence("made", []))
        }
        if let warm = order.warm, warm.version == self.effects.template.version {
            try await self.record(order, context.fence)
            return StepResult(evidence: self.evidence("warmPool", []))
        }
        guard version == 0 || version == self.effects.template.version else {
            throw StepFailure(
                "the schema is at version \(version), the template at \(self.effects.template.version);"
                    + " run: bulkhead migrate", retry: .never)
        }
        let repaired = try await SchemaRepair(effects: self.effects, tenant: order.tenant).run(under: context.fence)
        try await self.record(order, context.fence)
        return StepResult(evidence: self.evidence(repaired.isEmpty ? "present" : "repaired", repaired))
    }

    /// Takes everything away, unless the tenant has been in use.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        try await Self.drop(order.tenant, self.effects, under: context.fence)
    }

    /// Drops the schema of a tenant that was never in use.
    static func drop(_ tenant: TenantID, _ effects: TenantEffects, under fence: Fence) async throws -> JSONDocument {
        let schema = Placement.ownSchema(of: tenant).schema
        return try await effects.fenced.transaction(under: fence) { transaction in
            let rows = try await transaction.query(
                "SELECT activated_at IS NULL FROM public.tenants WHERE id = \(tenant.uuid)::uuid FOR UPDATE")
            guard try rows.first?[0].decode(Bool.self) == true else {
                throw StepFailure("the tenant has been in use; its schema is not dropped", retry: .never)
            }
            let present = try await transaction.query("SELECT to_regnamespace(\(schema)) IS NOT NULL")
            let dropping: PostgresQuery = "DROP SCHEMA IF EXISTS \(identifier: schema) CASCADE"
            _ = try await transaction.execute([
                "SET LOCAL ROLE bulkhead_owner", dropping.unprepared(), "SET LOCAL ROLE NONE",
                "DELETE FROM bulkhead.tenant_migrations WHERE tenant_id = \(tenant.uuid)::uuid",
                "UPDATE public.tenants SET schema_version = 0 WHERE id = \(tenant.uuid)::uuid AND schema_version <> 0",
            ])
            return ["schema": try present.first?[0].decode(Bool.self) == true ? "dropped" : "absent"]
        }
    }

    private func make(_ order: TenantOrder, _ fence: Fence) async throws {
        let building = SchemaStatements(template: self.effects.template, tenant: order.tenant)
        _ = try await self.effects.fenced.execute(
            ["SET LOCAL ROLE bulkhead_owner"] + building.schema + [self.effects.entry(order.tenant)]
                + building.tables + ["SET LOCAL ROLE NONE"] + building.records, under: fence)
    }

    private func record(_ order: TenantOrder, _ fence: Fence) async throws {
        let building = SchemaStatements(template: self.effects.template, tenant: order.tenant)
        _ = try await self.effects.fenced.execute(building.records, under: fence)
    }

    private func evidence(_ source: String, _ repaired: [String]) -> JSONDocument {
        [
            "source": .string(source), "version": .integer(self.effects.template.version),
            "tables": .integer(self.effects.template.tables.count),
            "policies": .integer(self.effects.template.tables.count * 2),
            "repaired": .array(repaired.map { .string($0) }),
        ]
    }
}

/// The statements that make a tenant's schema.
struct SchemaStatements {
    let template: TenantTemplate
    let tenant: TenantID

    private var name: String { Placement.ownSchema(of: self.tenant).schema }

    /// The schema and the right to use it; as the owner.
    var schema: [PostgresQuery] {
        [
            "CREATE SCHEMA \(identifier: self.name)",
            "GRANT USAGE ON SCHEMA \(identifier: self.name) TO bulkhead_app, bulkhead_backup",
        ].map { (query: PostgresQuery) in query.unprepared() }
    }

    /// Tables, policies, rights; as the owner, in the tenant's context.
    var tables: [PostgresQuery] {
        self.template.statements(after: 0, for: self.tenant).map { PostgresQuery(raw: $0) }
    }

    /// That the tenant has all this.
    var records: [PostgresQuery] {
        self.template.files.map { $0.recording(for: self.tenant, unlessPresent: true) } + [
            """
            UPDATE public.tenants SET schema_version = \(self.template.version)::int
            WHERE id = \(self.tenant.uuid)::uuid AND schema_version <> \(self.template.version)::int
            """
        ]
    }
}
