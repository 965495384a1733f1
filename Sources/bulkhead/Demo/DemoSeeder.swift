import ControlPlane
import Foundation
import Identity
import Postgres
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// Makes one invented tenant after the other.
struct DemoSeeder: Sendable {
    /// How many clients go into one statement.
    private static let batch = 2_000
    private static let principal = Principal.system("demo")

    let composition: Composition
    let clients: Int
    let passwordHash: String
    let tiers: [TierName]

    /// What was made.
    struct Outcome: Sendable {
        var isNew = false
        var clients = 0
    }

    /// Makes what is missing of a tenant, its administrator and its clients.
    func seed(_ label: String) async throws -> Outcome {
        var outcome = Outcome()
        let tenant: Tenant
        if let found = try await self.existing(label) {
            tenant = found
        } else {
            tenant = try await self.create(label)
            outcome.isNew = true
        }
        let access = TenantAccess(
            verified: tenant.id, mode: .readWrite, principal: Self.principal, tier: tenant.tier)
        if outcome.isNew { try await self.activate(access) }
        outcome.clients = try await self.fill(access)
        return outcome
    }

    private func existing(_ label: String) async throws -> Tenant? {
        guard let subdomain = Subdomain(stored: label) else { return nil }
        return try await self.composition.tenants.tenant(subdomain)
    }

    private func create(_ label: String) async throws -> Tenant {
        let new = try NewTenant(
            name: "Demo \(label)", subdomain: label, tier: "standard", adminEmail: "admin@\(label).example",
            tiers: self.tiers)
        return try await self.composition.tenantService.create(new, by: Self.principal)
    }

    /// The way of a person with a link, without the person: the hash is made once for all.
    private func activate(_ access: TenantAccess) async throws {
        let token = OpaqueToken.random()
        _ = try await self.composition.members.replaceActivation(
            tokenHash: token.hash, expiresAt: Date().addingTimeInterval(600), in: access)
        _ = try await self.composition.members.activate(
            tokenHash: token.hash, passwordHash: self.passwordHash, in: access)
    }

    private func fill(_ access: TenantAccess) async throws -> Int {
        let wanted = self.clients
        return try await self.composition.tenantDatabase.withTenant(access) { session in
            let rows = try await session.query(
                "SELECT count(*)::int FROM clients WHERE tenant_id = \(access.tenant.uuid)::uuid")
            let present = try rows.first?.decode(Int.self) ?? 0
            var made = present
            while made < wanted {
                let numbers = (made + 1)...min(made + Self.batch, wanted)
                try await Self.insert(DemoClients(numbers: numbers), in: session)
                made = numbers.upperBound
            }
            return made - present
        }
    }

    private static func insert(_ clients: DemoClients, in session: borrowing TenantSession) async throws {
        _ = try await session.query(
            """
            INSERT INTO clients (tenant_id, name, email)
            SELECT \(session.tenant.uuid)::uuid, name, email
            FROM unnest(\(clients.names)::text[], \(clients.emails)::text[]) AS invented(name, email)
            ON CONFLICT (tenant_id, email) DO NOTHING
            """)
    }
}
