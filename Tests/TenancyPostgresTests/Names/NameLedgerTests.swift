import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite struct NameLedgerTests {
    @Test func wishesReplaceOneAnother() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (ledger, tenant, permit) = try await Self.begin(bulkhead)
            let first = try await ledger.want(tenant.id, as: tenant.subdomain, permit: permit)
            #expect(first.isWanted && !first.isMet && first.ttl == nil)
            let second = try #require(try await ledger.release(tenant.id, permit: permit))
            #expect(second.wish > first.wish && !second.isWanted)
            // Nothing may be made for a wish that was replaced.
            #expect(try await ledger.announce([NameOutcome(tenant: tenant.id, wish: first.wish, ttl: 60)]) == [])
            try await ledger.finish([NameOutcome(tenant: tenant.id, wish: first.wish, ttl: nil, conflict: "old news")])
            let name = try #require(try await ledger.name(of: tenant.id))
            #expect(!name.isMet && name.conflict == nil)
            #expect(try await ledger.open(limit: 10).map(\.tenant) == [tenant.id])
        }
    }

    @Test func theLongestTimeToLiveIsRemembered() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (ledger, tenant, permit) = try await Self.begin(bulkhead)
            let wish = try await ledger.want(tenant.id, as: tenant.subdomain, permit: permit).wish
            for ttl in [3600, 60] {
                #expect(
                    try await ledger.announce([NameOutcome(tenant: tenant.id, wish: wish, ttl: ttl)]) == [tenant.id])
                try await ledger.finish([NameOutcome(tenant: tenant.id, wish: wish, ttl: ttl)])
                #expect(try await ledger.name(of: tenant.id)?.ttl == 3600)
            }
            _ = try await ledger.release(tenant.id, permit: permit)
            let gone = try #require(try await ledger.noteGone(tenant.id, permit: permit))
            let rest = try #require(gone.remembered)
            #expect(rest > .seconds(3590) && rest <= .seconds(3600))
            // A name that is seen again is remembered anew.
            try await ledger.noteSeen(tenant.id, permit: permit)
            #expect(try await ledger.name(of: tenant.id)?.goneAt == nil)
        }
    }

    @Test func aNameThatWasRefusedWasNeverMade() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (ledger, tenant, permit) = try await Self.begin(bulkhead)
            let wish = try await ledger.want(tenant.id, as: tenant.subdomain, permit: permit).wish
            _ = try await ledger.announce([NameOutcome(tenant: tenant.id, wish: wish, ttl: 60)])
            try await ledger.finish([
                NameOutcome(tenant: tenant.id, wish: wish, ttl: nil, conflict: "taken", wasNeverMade: true)
            ])
            let name = try #require(try await ledger.name(of: tenant.id))
            #expect(name.ttl == nil && name.isMet && name.conflict == "taken")
        }
    }

    @Test func namesOfTenantsThatAreGoneAreNotWanted() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (ledger, tenant, permit) = try await Self.begin(bulkhead)
            _ = try await ledger.want(tenant.id, as: tenant.subdomain, permit: permit)
            // As under another provider, whose steps know nothing of the row.
            _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            #expect(try await bulkhead.provisioner.finish(tenant.id).status == .purged)
            let left = try #require(try await ledger.enrolled().first)
            #expect(!left.isWanted && !left.isMet)
            try await ledger.finish([NameOutcome(tenant: tenant.id, wish: left.wish, ttl: nil)])
            #expect(try await ledger.enrolled() == [])
        }
    }

    @Test func aTenantIsNotRenamed() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let error = await #expect(throws: PostgresError.self) {
                _ = try await bulkhead.control.query(
                    "UPDATE public.tenants SET subdomain = 'other' WHERE id = \(tenant.id.uuid)::uuid")
            }
            #expect(error?.sqlState == "23514")
        }
    }

    @Test func whoWasGivenUpWritesNothing() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (ledger, tenant, permit) = try await Self.begin(bulkhead)
            let late = WorkPermit(run: permit.run, attempt: permit.attempt - 1)
            await #expect(throws: FenceLost.self) {
                _ = try await ledger.want(tenant.id, as: tenant.subdomain, permit: late)
            }
            #expect(try await ledger.name(of: tenant.id) == nil)
        }
    }

    /// A tenant on its way, and the right to write for it.
    private static func begin(
        _ bulkhead: BulkheadDatabase
    ) async throws -> (ledger: PostgresNameLedger, tenant: Tenant, permit: WorkPermit) {
        let tenant = try await bulkhead.beginTenant("acme")
        let request = ClaimRequest(
            workflows: [bulkhead.workflows.provision.name: bulkhead.workflows.provision.plan], worker: "hand",
            lease: .seconds(60))
        let claimed = try #require(try await bulkhead.store.claim(request))
        let permit = WorkPermit(run: claimed.fence.run.uuid, attempt: claimed.fence.attempt)
        return (PostgresNameLedger(client: bulkhead.control), tenant, permit)
    }
}
