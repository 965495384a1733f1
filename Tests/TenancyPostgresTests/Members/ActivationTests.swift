import Foundation
import Identity
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Activation links")
struct ActivationTests {
    private static let hour: TimeInterval = 3_600

    @Test func aMailedLinkIsOpenedAgainByItsOwnMailOnly() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let access = bulkhead.access(try await bulkhead.makeTenant("acme"))
            let members = PostgresMemberRepository(database: bulkhead.tenants)
            let (mine, other) = (OpaqueToken.random(), OpaqueToken.random())
            let later = Date().addingTimeInterval(Self.hour)
            for _ in 1...2 {
                #expect(
                    try await members.openActivation(
                        tokenHash: mine.hash, expiresAt: later, replacingUntil: nil, in: access) == .opened)
            }
            #expect(
                try await members.openActivation(
                    tokenHash: other.hash, expiresAt: later, replacingUntil: nil, in: access) == .otherLinkOpen)
            #expect(try await members.isActivationOpen(tokenHash: mine.hash, in: access))
            #expect(try await !members.isActivationOpen(tokenHash: other.hash, in: access))
        }
    }

    @Test func aLinkMadeByHandIsReplacedOnceItHasExpired() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let access = bulkhead.access(try await bulkhead.makeTenant("acme"))
            let members = PostgresMemberRepository(database: bulkhead.tenants)
            let (made, mailed) = (OpaqueToken.random(), OpaqueToken.random())
            let later = Date().addingTimeInterval(Self.hour)
            _ = try await members.replaceActivation(tokenHash: made.hash, expiresAt: later, in: access)
            func open(replacingUntil limit: Date?) async throws -> ActivationOpening {
                try await members.openActivation(
                    tokenHash: mailed.hash, expiresAt: later, replacingUntil: limit, in: access)
            }
            #expect(try await open(replacingUntil: nil) == .otherLinkOpen)
            #expect(try await open(replacingUntil: later.addingTimeInterval(-1)) == .otherLinkOpen)
            #expect(try await members.isActivationOpen(tokenHash: made.hash, in: access))
            // Asked for after the link was made: it is to take its place.
            #expect(try await open(replacingUntil: later.addingTimeInterval(1)) == .opened)
            #expect(try await !members.isActivationOpen(tokenHash: made.hash, in: access))
            _ = try await members.replaceActivation(
                tokenHash: made.hash, expiresAt: Date().addingTimeInterval(-1), in: access)
            #expect(try await open(replacingUntil: nil) == .opened)
        }
    }

    @Test func whoHasSignedUpNeedsNoLink() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let access = bulkhead.access(try await bulkhead.makeTenant("acme"))
            let members = PostgresMemberRepository(database: bulkhead.tenants)
            let token = OpaqueToken.random()
            let later = Date().addingTimeInterval(Self.hour)
            _ = try await members.replaceActivation(tokenHash: token.hash, expiresAt: later, in: access)
            _ = try await members.activate(tokenHash: token.hash, passwordHash: "$scrypt$x", in: access)
            #expect(
                try await members.openActivation(
                    tokenHash: token.hash, expiresAt: later, replacingUntil: later, in: access) == .notNeeded)
        }
    }

    @Test func aClockThatWasSetBackIsNoObstacle() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let access = bulkhead.access(tenant)
            let members = PostgresMemberRepository(database: bulkhead.tenants)
            let token = OpaqueToken.random()
            let later = Date().addingTimeInterval(Self.hour)
            // As if everything had been written before the clock was set back.
            try await bulkhead.database.execute(
                """
                UPDATE \(tenant.placement.schema).users
                SET created_at = now() + interval '1 day', updated_at = now() + interval '1 day'
                """)
            let opening = try await members.openActivation(
                tokenHash: token.hash, expiresAt: later, replacingUntil: nil, in: access)
            #expect(opening == .opened)
            let member = try await members.replaceActivation(tokenHash: token.hash, expiresAt: later, in: access)
            try await bulkhead.database.execute(
                """
                INSERT INTO \(tenant.placement.schema).refresh_tokens
                    (tenant_id, user_id, family_id, token_hash, expires_at, created_at)
                VALUES ('\(tenant.id)', '\(member.id)', gen_random_uuid(), decode(repeat('07', 32), 'hex'),
                        now() + interval '2 days', now() + interval '1 day')
                """)
            let active = try await members.activate(
                tokenHash: token.hash, passwordHash: "$scrypt$x", in: access)
            #expect(active.status == .active)
        }
    }
}
