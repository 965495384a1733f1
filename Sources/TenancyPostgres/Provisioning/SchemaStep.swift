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

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<SchemaProof> {
        let placement = Placement.ownSchema(of: order.tenant)
        let found = try await self.effects.client.query(
            """
            SELECT to_regnamespace(\(placement.schema))::oid::bigint, t.schema_version, t.activated_at IS NOT NULL
            FROM public.tenants t WHERE t.id = \(order.tenant.uuid)::uuid
            """)
        let (number, recorded, wasInUse) = try found.first?.decode(Int?.self, Int.self, Bool.self) ?? (nil, 0, false)
        guard let number else { return try await self.make(order, context.fence) }
        let isPooled = order.warm?.number == number
        // A pooled schema has no record yet, only what the pool knew of it.
        let version = recorded == 0 && isPooled ? order.warm?.version ?? 0 : recorded
        guard version == 0 || version == self.effects.template.version else {
            return try await self.replace(order, version, wasInUse: wasInUse, context.fence)
        }
        var repaired: [String] = []
        if !isPooled || recorded > 0 {
            repaired = try await SchemaRepair(effects: self.effects, tenant: order.tenant).run(under: context.fence)
        }
        try await self.record(order, context.fence)
        let source = isPooled ? "warmPool" : "present"
        return self.result(
            repaired.isEmpty ? source : "repaired", repaired, isProven: isPooled && repaired.isEmpty)
    }

    /// Takes everything away, unless the tenant has been in use.
    func undo(_ order: TenantOrder, output: SchemaProof?, in context: StepContext) async throws -> JSONDocument {
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

    private func make(_ order: TenantOrder, _ fence: Fence) async throws -> StepResult<SchemaProof> {
        let building = SchemaStatements(template: self.effects.template, tenant: order.tenant)
        _ = try await self.effects.fenced.execute(
            ["SET LOCAL ROLE bulkhead_owner"] + building.schema + [self.effects.entry(order.tenant)]
                + building.tables + ["SET LOCAL ROLE NONE"] + building.records, under: fence)
        return self.result("made", isProven: false)
    }

    /// A schema of another version that nobody has used is made anew; one in use is the business of migrations.
    private func replace(
        _ order: TenantOrder, _ version: Int, wasInUse: Bool, _ fence: Fence
    ) async throws -> StepResult<SchemaProof> {
        guard !wasInUse else {
            throw StepFailure(
                "the schema is at version \(version), the template at \(self.effects.template.version);"
                    + " run: bulkhead migrate", retry: .never)
        }
        _ = try await Self.drop(order.tenant, self.effects, under: fence)
        return try await self.make(order, fence)
    }

    private func record(_ order: TenantOrder, _ fence: Fence) async throws {
        let building = SchemaStatements(template: self.effects.template, tenant: order.tenant)
        _ = try await self.effects.fenced.execute(building.records, under: fence)
    }

    func result(_ source: String, _ repaired: [String] = [], isProven: Bool) -> StepResult<SchemaProof> {
        StepResult(
            SchemaProof(isProven: isProven),
            evidence: [
                "source": .string(source), "version": .integer(self.effects.template.version),
                "tables": .integer(self.effects.template.tables.count),
                "policies": .integer(self.effects.template.tables.count * 2),
                "repaired": .array(repaired.map { .string($0) }),
            ])
    }
}

/// Whether the tenant's schema is, untouched, the one that was made and proven in advance.
struct SchemaProof: Codable, Sendable, Hashable {
    let isProven: Bool
}

/// The statements that make a tenant's schema.
struct SchemaStatements {
    let template: TenantTemplate
    let tenant: TenantID

    private var name: String { Placement.ownSchema(of: self.tenant).schema }

    /// The schema and the right to use it; as the owner.
    var schema: [PostgresQuery] {
        let creation: PostgresQuery = "CREATE SCHEMA \(identifier: self.name)"
        return [creation.unprepared(), self.usage]
    }

    /// The right to use the schema; as the owner.
    var usage: PostgresQuery {
        let grant: PostgresQuery = "GRANT USAGE ON SCHEMA \(identifier: self.name) TO bulkhead_app, bulkhead_backup"
        return grant.unprepared()
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
