import Crypto
import Foundation
import Identity
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// A credential as an attacker would alter it.
struct Forgery: Sendable, CustomTestStringConvertible {
    let name: String
    let alter: @Sendable (TwoTenants) -> PostgresQuery
    var testDescription: String { self.name }

    static func entering(
        _ tenant: TenantID?, mode: String = "rw", expiresAt: Int64, nonce: String = "0123456789abcdef",
        keyID: String, signature: [UInt8]
    ) -> PostgresQuery {
        """
        SELECT bulkhead.enter_tenant(\(tenant?.uuid)::uuid, \(mode), \(expiresAt)::bigint, \(nonce), \(keyID),
            \(signature)::bytea, 1000, 1000, 1000)
        """
    }

    /// Signed with the right key, whatever it says.
    static func signed(_ two: TwoTenants, mode: String = "rw", in milliseconds: Int64, nonce: String) -> PostgresQuery {
        let expiry = Int64(Date().timeIntervalSince1970 * 1_000) + milliseconds
        let message = "\(two.b.id)|\(mode)|\(expiry)|\(nonce)"
        let key = SymmetricKey(data: two.bulkhead.key.secret)
        let code = HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key)
        return Self.entering(
            two.b.id, mode: mode, expiresAt: expiry, nonce: nonce, keyID: "test-1", signature: Array(code))
    }
}

@Suite("The signed context")
struct ContextTests {
    static let forgeries: [Forgery] = [
        Forgery(name: "A's signature for B") { two in
            let own = two.bulkhead.signer.credential(for: two.a.id, mode: .readWrite)
            return Forgery.entering(
                two.b.id, expiresAt: own.expiresAt, nonce: own.nonce, keyID: own.keyID, signature: own.signature)
        },
        Forgery(name: "a read-only credential used to write") { two in
            let own = two.bulkhead.signer.credential(for: two.b.id, mode: .readOnly)
            return Forgery.entering(
                two.b.id, expiresAt: own.expiresAt, nonce: own.nonce, keyID: own.keyID, signature: own.signature)
        },
        Forgery(name: "a later expiry") { two in
            let own = two.bulkhead.signer.credential(for: two.b.id, mode: .readWrite)
            return Forgery.entering(
                two.b.id, expiresAt: own.expiresAt + 1_000, nonce: own.nonce, keyID: own.keyID,
                signature: own.signature)
        },
        Forgery(name: "an unknown key") { two in
            let own = two.bulkhead.signer.credential(for: two.b.id, mode: .readWrite)
            return Forgery.entering(
                two.b.id, expiresAt: own.expiresAt, nonce: own.nonce, keyID: "other", signature: own.signature)
        },
        Forgery(name: "no tenant") { two in
            let own = two.bulkhead.signer.credential(for: two.b.id, mode: .readWrite)
            return Forgery.entering(
                nil, expiresAt: own.expiresAt, nonce: own.nonce, keyID: own.keyID, signature: own.signature)
        },
        Forgery(name: "an empty signature") { two in
            let own = two.bulkhead.signer.credential(for: two.b.id, mode: .readWrite)
            return Forgery.entering(
                two.b.id, expiresAt: own.expiresAt, nonce: own.nonce, keyID: own.keyID, signature: [])
        },
        Forgery(name: "expired a second ago") { Forgery.signed($0, in: -1_000, nonce: "0123456789abcdef") },
        Forgery(name: "good for an hour") { Forgery.signed($0, in: 3_600_000, nonce: "0123456789abcdef") },
        Forgery(name: "a mode that does not exist") {
            Forgery.signed($0, mode: "superuser", in: 10_000, nonce: "0123456789abcdef")
        },
        Forgery(name: "a nonce that is too short") { Forgery.signed($0, in: 10_000, nonce: "1") },
        Forgery(name: "the database's own key") { two in
            Forgery.entering(
                two.b.id, expiresAt: Int64(Date().timeIntervalSince1970 * 1_000) + 9_000, keyID: "db-1",
                signature: [UInt8](repeating: 0, count: 32))
        },
    ]

    @Test("Forgeries are refused with 28000 and no reason that helps", arguments: ContextTests.forgeries)
    func refuses(forgery: Forgery) async throws {
        try await TwoTenants.with(.direct) { two in
            let error = await #expect(throws: PostgresError.self) {
                _ = try await two.bulkhead.app.query(forgery.alter(two).unprepared())
            }
            #expect(error?.sqlState == .invalidAuthorization)
        }
    }

    @Test("What the right key signs is accepted")
    func genuine() async throws {
        try await TwoTenants.with(.direct) { two in
            _ = try await two.bulkhead.app.query(Forgery.signed(two, in: 10_000, nonce: "0123456789abcdef"))
        }
    }

    @Test("A second tenant in one transaction is refused")
    func secondTenant() async throws {
        try await TwoTenants.with(.direct) { two in
            let error = await #expect(throws: PostgresError.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    _ = try await session.query(Forgery.signed(two, in: 10_000, nonce: "0123456789abcdef"))
                }
            }
            #expect(error?.sqlState == .invalidAuthorization)
        }
    }

    @Test(
        "A proof is worth nothing in another transaction, of the same connection or another",
        arguments: TwoTenants.Route.allCases)
    func replayedProof(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            let proof = try await two.bulkhead.tenants.withTenant(two.accessB) { session in
                try await session.query("SELECT current_setting('app.context_proof')").first?[0].decode(String.self)
            }
            let stolen = try #require(proof)
            for _ in 0..<8 {
                let answers = try await two.bulkhead.app.execute(
                    PostgresBatch([
                        "SELECT set_config('app.current_tenant_id', \(two.b.id.description), true)",
                        "SELECT set_config('app.context_proof', \(stolen), true)",
                        "SELECT count(*) FROM \(unescaped: two.schemaB).clients",
                    ]))
                #expect(try answers[2].first?[0].decode(Int.self) == 0)
            }
        }
    }

    @Test("A read-only session cannot be made to write")
    func readOnly() async throws {
        try await TwoTenants.with(.direct) { two in
            for escape: PostgresQuery in [
                "SET TRANSACTION READ WRITE", "SELECT set_config('transaction_read_only', 'off', true)",
                "SELECT set_config('transaction_read_only', 'off', false)", "RESET ALL",
            ] {
                await #expect(throws: PostgresError.self) {
                    try await two.bulkhead.tenants.withTenant(two.accessA.readOnly) { session in
                        _ = try await session.query(escape)
                        _ = try await session.query("DELETE FROM canary")
                        _ = try await session.query("UPDATE clients SET name = 'x'")
                    }
                }
            }
            let changed = try await two.bulkhead.tenants.read(
                ["SELECT count(*) FROM clients WHERE name = 'x'"], in: two.accessA)
            #expect(try changed[0].first?[0].decode(Int.self) == 0)
        }
    }

    @Test("Two application keys are good during rotation, a retired one is not, and the last cannot be retired")
    func keyRotation() async throws {
        try await TwoTenants.with(.direct) { two in
            let register = ContextKeyRegister(client: two.bulkhead.control)
            let newKey = ContextKey(kid: "test-2", secret: [UInt8](repeating: 7, count: 32), createdAt: Date())
            try await register.install([newKey])
            _ = try await two.bulkhead.tenants.read(["SELECT 1"], in: two.accessA)
            two.bulkhead.signer.replace(with: [newKey])
            _ = try await two.bulkhead.tenants.read(["SELECT 1"], in: two.accessA)
            #expect(try await register.retire("test-1"))
            _ = try await two.bulkhead.tenants.read(["SELECT 1"], in: two.accessA)
            two.bulkhead.signer.replace(with: [two.bulkhead.key])
            await #expect(throws: PostgresError.self) {
                _ = try await two.bulkhead.tenants.read(["SELECT 1"], in: two.accessA)
            }
            let error = await #expect(throws: PostgresError.self) { try await register.retire("test-2") }
            #expect(error?.sqlState == "55000")
        }
    }

    @Test("A new database key leaves running transactions alone; the one before last is refused")
    func databaseKeyRotation() async throws {
        try await TwoTenants.with(.direct) { two in
            let register = ContextKeyRegister(client: two.bulkhead.control)
            await #expect(throws: TenantCommitError.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    _ = try await register.rotateDatabaseKey()
                    let first = try await session.query("SELECT count(*) FROM clients").first?[0].decode(Int.self)
                    _ = try await register.rotateDatabaseKey()
                    let second = try await session.query("SELECT count(*) FROM clients").first?[0].decode(Int.self)
                    #expect([first, second] == [1, 0])
                }
            }
        }
    }

    @Test("Work whose context was dropped is not kept, and is not reported as done")
    func droppedContext() async throws {
        try await TwoTenants.with(.direct) { two in
            let tenant = two.a.id.uuid
            await #expect(throws: TenantCommitError.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    _ = try await session.query(
                        "INSERT INTO clients (tenant_id, name) VALUES (\(tenant)::uuid, 'lost')")
                    _ = try await session.query("SELECT set_config('app.context_proof', '', true)")
                }
            }
            let left = try await two.bulkhead.database.execute(
                "SELECT count(*) FROM \(two.schemaA).clients WHERE name = 'lost'")
            #expect(left == "0")
        }
    }

    @Test("A clock that is off is measured and corrected")
    func clock() async throws {
        try await TwoTenants.with(.direct) { two in
            let offset = try await two.bulkhead.tenants.measureClock()
            #expect(abs(offset) < 1_000)
        }
    }
}
