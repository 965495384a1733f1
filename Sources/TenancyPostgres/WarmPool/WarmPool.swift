import Foundation
public import Postgres
public import Tenancy
import Workflow

/// Tenants' schemas made in advance: template, policies, proof, and nobody's name on them yet.
///
/// A new tenant takes one over and its id with it, which leaves names, settings and an administrator to be written.
public struct WarmPool: Sendable {
    /// Which run of the keeper holds the pool at a time; "warmpool" in ASCII.
    private static let lockKey = 0x7761_726D_706F_6F6C

    private let effects: TenantEffects
    /// How many are kept ready; 0 switches the pool off.
    public let size: Int

    /// A pool over these; see ``TenantWorkflows``.
    public init(
        size: Int, client: PostgresClient, database: TenantDatabase, signer: ContextSigner, template: TenantTemplate,
        tiers: any TierRepository, store: PostgresWorkflowStore
    ) {
        self.size = size
        self.effects = TenantEffects(
            fenced: FencedClient(client: client), database: database, signer: signer, template: template, tiers: tiers,
            store: store, mailDomain: nil, announcer: SilentAnnouncer())
    }

    /// Takes a schema out of the pool, for good when the transaction commits; nil if there is none.
    func take(
        in transaction: borrowing PostgresTransaction
    ) async throws -> (tenant: TenantID, schema: WarmSchema)? {
        guard self.size > 0 else { return nil }
        let rows = try await transaction.query(
            """
            DELETE FROM bulkhead.warm_tenants
            WHERE id = (
                SELECT id FROM bulkhead.warm_tenants
                WHERE template_checksum = \(self.effects.template.checksum) AND proof IS NOT NULL
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, schema_version, created_at, schema_oid, proof
            """)
        guard let row = rows.first else { return nil }
        let (id, version, madeAt, number, proof) = try row.decode(
            UUID.self, Int.self, Date.self, Int.self, PostgresJSON<IsolationProof>.self)
        return (TenantID(id), WarmSchema(version: version, madeAt: madeAt, number: number, proof: proof.value))
    }

    /// Hands a schema out to nobody, because something is wrong with it; the keeper drops it.
    func distrust(_ tenant: TenantID) async throws {
        _ = try await self.effects.client.query(
            """
            UPDATE bulkhead.warm_tenants SET proof = NULL, schema_oid = NULL WHERE id = \(tenant.uuid)::uuid
            """)
    }

    /// What one round of keeping the pool did.
    public enum Round: Sendable, Hashable {
        /// A schema of an earlier template, or one that was never proven, was dropped.
        case dropped
        /// A schema was made.
        case made
        /// There is nothing to do.
        case full
    }

    /// Does one thing that the pool needs; several processes do not get in each other's way.
    ///
    /// - Throws: `PostgresError`; ``WarmPoolError`` if a schema does not pass its proof.
    public func keep() async throws -> Round {
        if try await self.dropOne() { return .dropped }
        guard let tenant = try await self.makeOne() else { return .full }
        try await self.prove(tenant)
        return .made
    }

    /// How many schemas are ready to be taken.
    public func ready() async throws -> Int {
        let rows = try await self.effects.client.query(
            """
            SELECT count(*)::int FROM bulkhead.warm_tenants
            WHERE template_checksum = \(self.effects.template.checksum) AND proof IS NOT NULL
            """)
        return try rows.first?[0].decode(Int.self) ?? 0
    }

    /// Drops a schema that is of no use: of an earlier template, left behind unproven, or one too many.
    ///
    /// One of a later template belongs to servers of a later release, which will outlive this one.
    private func dropOne() async throws -> Bool {
        let template = self.effects.template
        return try await self.effects.client.withTransaction { transaction in
            _ = try await transaction.query("SELECT pg_advisory_xact_lock(\(Self.lockKey)::bigint)")
            let rows = try await transaction.query(
                """
                DELETE FROM bulkhead.warm_tenants
                WHERE id = (
                    SELECT id FROM bulkhead.warm_tenants
                    WHERE (schema_version <= \(template.version)::int AND template_checksum <> \(template.checksum))
                       OR (proof IS NULL AND created_at < statement_timestamp() - interval '2 minutes')
                       OR (SELECT count(*) FROM bulkhead.warm_tenants) > \(self.size)::int
                    ORDER BY schema_version, created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING schema_name
                """)
            guard let schema = try rows.first?[0].decode(String.self) else { return false }
            let dropping: PostgresQuery = "DROP SCHEMA IF EXISTS \(identifier: schema) CASCADE"
            _ = try await transaction.execute([
                "SET LOCAL ROLE bulkhead_owner", dropping.unprepared(), "SET LOCAL ROLE NONE",
            ])
            return true
        }
    }

    /// Makes a schema and its row, both or neither; nil if there are enough.
    private func makeOne() async throws -> TenantID? {
        let tenant = TenantID.random()
        let template = self.effects.template
        return try await self.effects.client.withTransaction { transaction in
            _ = try await transaction.query("SELECT pg_advisory_xact_lock(\(Self.lockKey)::bigint)")
            let inserted = try await transaction.query(
                """
                INSERT INTO bulkhead.warm_tenants (id, schema_name, schema_version, template_checksum)
                SELECT \(tenant.uuid)::uuid, \(Placement.ownSchema(of: tenant).schema), \(template.version)::int,
                       \(template.checksum)
                WHERE (SELECT count(*) FROM bulkhead.warm_tenants) < \(self.size)::int
                """)
            guard inserted.affectedRows == 1 else { return nil }
            let building = SchemaStatements(template: template, tenant: tenant)
            _ = try await transaction.execute(
                ["SET LOCAL ROLE bulkhead_owner"] + building.schema + [self.effects.entry(tenant)] + building.tables
                    + ["SET LOCAL ROLE NONE"])
            return tenant
        }
    }

    /// Only what was proven is handed out.
    private func prove(_ tenant: TenantID) async throws {
        let effects = self.effects
        let proof = try await IsolationProver(effects: effects, tenant: tenant).prove(planting: true) { queries in
            let batch = PostgresBatch(effects.asOwner(of: tenant, queries), transaction: .explicit(.readWrite))
            _ = try await effects.client.execute(batch)
        }
        guard proof.holds else { throw WarmPoolError(tenant: tenant) }
        _ = try await effects.client.query(
            """
            UPDATE bulkhead.warm_tenants
            SET proof = \(PostgresJSON(proof))::jsonb, schema_oid = to_regnamespace(schema_name)::oid::bigint
            WHERE id = \(tenant.uuid)::uuid AND proof IS NULL
            """)
    }
}

/// A schema made in advance did not pass its isolation proof; it is not handed out.
public struct WarmPoolError: Error, CustomStringConvertible {
    let tenant: TenantID

    /// What happened and what to do.
    public var description: String {
        "a schema made in advance did not pass its isolation proof and is not used; run: bulkhead doctor"
    }
}
