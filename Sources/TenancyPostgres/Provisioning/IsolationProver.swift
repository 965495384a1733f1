import Foundation
import Postgres
import Tenancy
import Workflow

/// Looks for a tenant's rows from inside, from another tenant's session, and from a session without a tenant.
struct IsolationProver: Sendable {
    let effects: TenantEffects
    let tenant: TenantID

    /// Looks; plants canaries for it first where nobody could take them for rows of somebody's.
    ///
    /// - Parameter write: runs statements as the tables' owner in the tenant's context.
    func prove(
        planting: Bool, _ write: (_ queries: [PostgresQuery]) async throws -> Void
    ) async throws -> IsolationProof {
        let canary = Canary(tenant: self.tenant, tables: self.effects.template.tables)
        if planting { try await write(canary.removal + canary.planting.map(\.query)) }
        let proof: IsolationProof
        do {
            proof = try await self.look(planted: planting)
        } catch {
            // What stays is removed by the next attempt, which begins with it.
            if planting { try await write(canary.removal) }
            throw error
        }
        if planting { try await write(canary.removal) }
        return proof
    }

    private func look(planted: Bool) async throws -> IsolationProof {
        let own = Placement.ownSchema(of: self.tenant).schema
        let tables = self.effects.template.tables
        let other = try await self.other()
        // A stranger's context will do where there is no other tenant: what counts is that it is not this one.
        let stranger = other?.tenant ?? .random()
        let planting = Set(Canary(tenant: self.tenant, tables: tables).planting.map(\.table))
        let canaries = tables.filter(planting.contains)
        let inside = try await self.read(own, canaries, as: self.tenant)
        let outside = try await self.read(own, tables, as: stranger)
        var ofOthers: Int?
        if let other { ofOthers = try await self.read(other.schema, tables, as: self.tenant) }
        let nobody = try await self.effects.database.readWithoutTenant(Self.seen(own, tables))
        return IsolationProof(
            tables: tables.count, canaries: canaries.count, seenByItself: inside, seenByOthers: outside,
            seenOfOthers: ofOthers,
            seenWithoutTenant: try nobody.first?[0].decode(Int.self) ?? 0, planted: planted, at: Date())
    }

    /// In how many tables of a schema a session of `tenant` sees anything.
    private func read(_ schema: String, _ tables: [String], as tenant: TenantID) async throws -> Int {
        let access = TenantAccess(
            verified: tenant, mode: .readOnly, principal: .system("isolation-proof"), tier: TierName("provisioning"))
        let answers = try await self.effects.database.read([Self.seen(schema, tables)], in: access)
        return try answers.first?.first?[0].decode(Int.self) ?? 0
    }

    private static func seen(_ schema: String, _ tables: [String]) -> PostgresQuery {
        let questions = tables.map { table in
            let name = "\(PostgresQuery.quoted(identifier: schema)).\(PostgresQuery.quoted(identifier: table))"
            return "EXISTS (SELECT 1 FROM \(name))::int"
        }
        return PostgresQuery(unsafeSQL: "SELECT \(questions.joined(separator: " + "))", isPrepared: false)
    }

    /// Another tenant with the same tables; nil if there is none.
    private func other() async throws -> (tenant: TenantID, schema: String)? {
        let rows = try await self.effects.client.query(
            """
            SELECT id, schema_name FROM public.tenants
            WHERE status = 'active' AND id <> \(self.tenant.uuid)::uuid
              AND schema_version = \(self.effects.template.version)::int
            ORDER BY created_at DESC, id DESC LIMIT 1
            """)
        guard let row = rows.first else { return nil }
        let (id, schema) = try row.decode(UUID.self, String.self)
        return (TenantID(id), schema)
    }
}
