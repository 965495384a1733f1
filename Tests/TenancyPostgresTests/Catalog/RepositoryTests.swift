import Foundation
import Identity
import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Repositories")
struct RepositoryTests {
    @Test func tenantsPageByPage() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let repository = PostgresTenantRepository(client: bulkhead.control)
            var made: [Tenant] = []
            for number in 1...5 { made.append(try await bulkhead.makeTenant("t000\(number)")) }
            var seen: [TenantID] = []
            var page = try await repository.tenants(PageRequest(limit: 2))
            seen += page.items.map(\.id)
            while let cursor = page.next {
                let carried = try #require(PageCursor(text: cursor.text))
                page = try await repository.tenants(PageRequest(limit: 2, cursor: carried))
                seen += page.items.map(\.id)
            }
            #expect(seen == made.map(\.id))
            #expect(try await repository.tenant(made[2].subdomain) == made[2])
            #expect(try await repository.tenant(.random()) == nil)
        }
    }

    @Test func clientsThroughTheirLife() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = bulkhead.access(try await bulkhead.makeTenant("acme"))
            let globex = bulkhead.access(try await bulkhead.makeTenant("globex"))
            let clients = PostgresClientRepository(database: bulkhead.tenants)
            let draft = try ClientDraft(name: "Zoë", email: "zoe@x.example", phone: "+49 1", notes: "a\nb")
            let client = try await clients.create(draft, in: acme)
            #expect(try await clients.client(client.id, in: acme) == client)
            #expect(try await clients.client(client.id, in: globex) == nil)
            // The same address in another tenant: neither refused nor hinted at.
            _ = try await clients.create(draft, in: globex)
            await #expect(throws: DomainError.taken(field: "/email", detail: "belongs to another client")) {
                _ = try await clients.create(draft, in: acme)
            }
            let changed = try await clients.update(
                client.id, to: ClientDraft(name: "Z", email: nil, phone: nil, notes: nil), ifVersion: 1, in: acme)
            #expect(changed.version == 2 && changed.email == nil)
            await #expect(throws: DomainError.preconditionFailed) {
                _ = try await clients.update(client.id, to: draft, ifVersion: 1, in: acme)
            }
            await #expect(throws: DomainError.notFound("client")) {
                try await clients.delete(client.id, ifVersion: nil, in: globex)
            }
            try await clients.delete(client.id, ifVersion: 2, in: acme)
            #expect(try await clients.client(client.id, in: acme) == nil)
        }
    }

    @Test func aPageOfClientsIsExactToTheMicrosecond() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let access = bulkhead.access(tenant)
            try await bulkhead.tenants.withTenant(access) { session in
                _ = try await session.query(
                    """
                    INSERT INTO clients (tenant_id, name, created_at, updated_at)
                    SELECT \(tenant.id.uuid)::uuid, 'C' || i, t, t FROM (
                        SELECT i, '2026-01-02 03:04:05.000001+00'::timestamptz + (i / 3) * interval '1 microsecond' AS t
                        FROM generate_series(1, 50) i) s
                    """)
            }
            let clients = PostgresClientRepository(database: bulkhead.tenants)
            var names: Set<String> = []
            var request = PageRequest(limit: 7)
            repeat {
                let page = try await clients.clients(request, in: access)
                names.formUnion(page.items.map(\.name))
                request.cursor = page.next
            } while request.cursor != nil
            #expect(names.count == 50)
        }
    }

    @Test func membersActivateOnce() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let members = PostgresMemberRepository(database: bulkhead.tenants)
            let access = bulkhead.access(tenant)
            let token = OpaqueToken.random()
            _ = try await members.replaceActivation(
                tokenHash: token.hash, expiresAt: Date().addingTimeInterval(3_600), in: access)
            #expect(try await members.isActivationOpen(tokenHash: token.hash, in: access))
            let member = try await members.activate(tokenHash: token.hash, passwordHash: "$scrypt$x", in: access)
            #expect(member.status == .active)
            await #expect(throws: DomainError.linkGone) {
                _ = try await members.activate(tokenHash: token.hash, passwordHash: "$scrypt$y", in: access)
            }
            let found = try await members.credentials(member.email, in: access)
            #expect(found?.passwordHash == "$scrypt$x")
            try await members.startSession(
                of: member.id, passwordHash: "$scrypt$x", refreshTokenHash: OpaqueToken.random().hash,
                expiresAt: Date().addingTimeInterval(60), in: access)
            // Another password by now: what was verified is worth nothing any more.
            await #expect(throws: DomainError.badCredentials) {
                try await members.startSession(
                    of: member.id, passwordHash: "$scrypt$old", refreshTokenHash: OpaqueToken.random().hash,
                    expiresAt: Date().addingTimeInterval(60), in: access)
            }
            let late = OpaqueToken.random()
            _ = try await members.replaceActivation(
                tokenHash: late.hash, expiresAt: Date().addingTimeInterval(-1), in: access)
            #expect(try await !members.isActivationOpen(tokenHash: late.hash, in: access))
        }
    }

    @Test func aDisabledMemberIsRefusedAtOnce() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let clients = PostgresClientRepository(database: bulkhead.tenants)
            let schema = tenant.placement.schema
            let id = try await bulkhead.database.execute(
                "UPDATE \(schema).users SET status = 'active', password_hash = '$scrypt$x' RETURNING id")
            let member = try #require(UserID(id.split(separator: "\n")[0]))
            let access = bulkhead.access(tenant, principal: .member(member, .admin))
            _ = try await clients.clients(PageRequest(), in: access)
            try await bulkhead.database.execute("UPDATE \(schema).users SET role = 'viewer'")
            await #expect(throws: DomainError.badCredentials) {
                _ = try await clients.clients(PageRequest(), in: access)
            }
            try await bulkhead.database.execute("UPDATE \(schema).users SET role = 'admin', status = 'disabled'")
            let draft = try ClientDraft(name: "x", email: nil, phone: nil, notes: nil)
            await #expect(throws: DomainError.badCredentials) { _ = try await clients.create(draft, in: access) }
            #expect(try await bulkhead.database.execute("SELECT count(*) FROM \(schema).clients") == "0")
        }
    }

    @Test func administratorsAndKeys() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let admins = PostgresAdminRepository(client: bulkhead.control)
            let email = try #require(EmailAddress("root@example.com"))
            let admin = try await admins.create(
                email: email, name: "Root", passwordHash: "$scrypt$x", by: .system("test"))
            await #expect(throws: DomainError.self) {
                _ = try await admins.create(email: email, name: "Root", passwordHash: "$scrypt$x", by: .system("test"))
            }
            #expect(try await admins.credentials(email)?.admin == admin)
            #expect(try await admins.isActive(admin.id))
            try await admins.startSession(
                of: admin.id, refreshTokenHash: OpaqueToken.random().hash, expiresAt: Date().addingTimeInterval(60))
            let ring = KeyRing(
                seal: try SecretSeal(secret: [UInt8](repeating: 1, count: 32)),
                repository: PostgresSealedKeyRepository(client: bulkhead.control))
            let first = try await ring.contextKeys()
            _ = try await ring.rotateContextKey(by: .system("test"))
            #expect(try await ring.contextKeys().count == first.count + 1)
            _ = try await ring.signingKeys()
            try await ring.retire(kid: first[0].kid, by: .system("test"))
            #expect(try await ring.list().count == 3)
        }
    }
}
