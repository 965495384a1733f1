import ControlPlane
import DNS
import DNSTestSupport
import Foundation
import Logging
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@Suite("Names in a zone")
struct ReconcilerTests {
    @Test(.timeLimit(.minutes(2))) func aNameIsThereAsLongAsItsTenantAndNotLonger() async throws {
        try await NamedInstallation.with { installation in
            let bulkhead = installation.bulkhead
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(tenant.status == .active)
            #expect(try await installation.records() == NamedInstallation.records(of: tenant))
            let name = try #require(try await installation.ledger.name(of: tenant.id))
            #expect(name.isWanted && name.isMet && name.ttl == 1 && name.conflict == nil)

            _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            #expect(try await bulkhead.provisioner.finish(tenant.id).status == .deleted)
            #expect(try await installation.records() == [])
            #expect(try await installation.ledger.name(of: tenant.id) == nil)
            // Gone from all servers first, then remembered by nobody, then deleted.
            let steps = try await bulkhead.database.execute(
                """
                SELECT string_agg(step, ' ' ORDER BY at) FROM bulkhead.workflow_events e
                JOIN bulkhead.workflow_runs r ON r.id = e.run_id
                WHERE r.workflow = 'tenant.remove' AND kind = 'attemptSucceeded'
                """)
            #expect(steps == "sessions mail dnsRemoval dnsExpiry deletion data")
            let waited = try await bulkhead.database.execute(
                """
                SELECT min(at) FILTER (WHERE step = 'dnsExpiry' AND kind = 'attemptSucceeded')
                     - max(at) FILTER (WHERE step = 'dnsRemoval') >= interval '0.9 seconds'
                FROM bulkhead.workflow_events
                """)
            #expect(waited == "t")
        }
    }

    @Test(.timeLimit(.minutes(3))) func wishesOfManyAreMetTogether() async throws {
        try await NamedInstallation.with { installation in
            let tenants = try await Self.wish(12, installation)
            let before = installation.provider.calls
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    let reconciler = NamedInstallation.reconciler(
                        installation.reconciler.settings, installation.provider, installation.bulkhead.control,
                        holder: "process \(number)")
                    group.addTask { _ = try await reconciler.reconcile() }
                }
                try await group.waitForAll()
            }
            #expect(try await installation.records() == tenants.flatMap { NamedInstallation.records(of: $0) }.sorted())
            // Four at most: one for each process that found the lease free, and only the first changed anything.
            #expect(installation.provider.calls.changes - before.changes == 1)
            #expect(try await installation.ledger.open(limit: 100) == [])
        }
    }

    @Test(.timeLimit(.minutes(2))) func whatSomebodyElseHasIsLeftAloneAndReported() async throws {
        try await NamedInstallation.with { installation in
            try await installation.server.put("acme.saas.test", "A", values: ["198.51.100.7"], zone: "saas.test")
            let theirs = try await installation.records()
            let tenant = try await installation.bulkhead.beginTenant("acme")
            let failure = await #expect(throws: DomainError.self) {
                _ = try await installation.bulkhead.provisioner.finish(tenant.id)
            }
            #expect("\(String(describing: failure))".contains("acme.saas.test has records that Bulkhead did not make"))
            #expect(try await installation.records() == theirs)
            #expect(
                try await installation.bulkhead.database.execute("SELECT status FROM public.tenants") == "failed")
            // Nor when it is removed.
            _ = try await installation.bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            _ = try await installation.bulkhead.provisioner.finish(tenant.id)
            #expect(try await installation.records() == theirs)
        }
    }

    @Test(.timeLimit(.minutes(2))) func oneThatIsRefusedDoesNotKeepOthersOut() async throws {
        try await NamedInstallation.with { installation in
            installation.provider.refuse { changes in
                guard changes.contains(where: { $0.key.name.description == "name3.saas.test" }) else { return nil }
                return DNSProviderError(
                    .refused, provider: "PowerDNS", zone: installation.reconciler.settings.zone, reason: "refused it")
            }
            let tenants = try await Self.wish(5, installation)
            let report = try #require(try await installation.reconciler.reconcile())
            let others = tenants.filter { $0.subdomain.description != "name3" }
            #expect(try await installation.records() == others.flatMap { NamedInstallation.records(of: $0) }.sorted())
            #expect(report.findings.map(\.name) == ["name3.saas.test"] && report.changed == 4)
            let refused = try #require(tenants.first { $0.subdomain.description == "name3" })
            #expect(try await installation.ledger.name(of: refused.id)?.conflict?.contains("refused it") == true)
        }
    }

    @Test(.timeLimit(.minutes(2))) func removingTooMuchAtOnceIsRefused() async throws {
        try await NamedInstallation.with(removalLimit: 0.2) { installation in
            let tenants = try await Self.wish(12, installation)
            _ = try await installation.reconciler.reconcile()
            let before = try await installation.records()
            // As if the catalog had been read wrongly.
            _ = try await installation.bulkhead.database.execute("UPDATE bulkhead.dns_names SET wanted = false")
            let report = try #require(try await installation.reconciler.reconcile())
            #expect(report.failure?.contains("removes 12 of 12 names") == true && report.changed == 0)
            #expect(try await installation.records() == before)
            // Six is more than a fifth, and more than what is always allowed; five are not.
            for tenant in tenants.dropFirst(5) {
                _ = try await installation.bulkhead.database.execute(
                    "UPDATE bulkhead.dns_names SET wanted = true WHERE tenant_id = '\(tenant.id)'")
            }
            #expect(try await installation.reconciler.reconcile()?.changed == 5)
            #expect(
                try await installation.records()
                    == tenants.dropFirst(5).flatMap { NamedInstallation.records(of: $0) }.sorted())
        }
    }

    @Test(.timeLimit(.minutes(2))) func whatWasChangedByHandIsPutRightAndFound() async throws {
        try await NamedInstallation.with { installation in
            let tenants = try await Self.wish(3, installation)
            _ = try await installation.reconciler.reconcile()
            let whole = try await installation.records()
            try await installation.server.put("name1.saas.test", "A", values: ["198.51.100.1"], zone: "saas.test")
            try await installation.server.remove("name2.saas.test", "AAAA", zone: "saas.test")
            try await installation.server.put("old.saas.test", "A", values: ["192.0.2.1"], zone: "saas.test")
            _ = try await installation.bulkhead.database.execute(
                "DELETE FROM bulkhead.dns_names WHERE tenant_id = '\(tenants[2].id)'",
                "UPDATE public.tenants SET status = 'failed' WHERE id = '\(tenants[2].id)'")
            let scan = try await installation.reconciler.scan()
            #expect(
                scan.findings.map(\.name).sorted() == [
                    "name1.saas.test", "name2.saas.test", "name3.saas.test", "old.saas.test",
                ])
            #expect(try await installation.reconciler.scanIfDue(every: .seconds(3600)) == nil)
            let report = try #require(try await installation.reconciler.reconcile())
            #expect(report.changed == 3)
            let left = whole.filter { !$0.contains("name3.") } + ["old.saas.test A 60 192.0.2.1"]
            #expect(try await installation.records() == left.sorted())
            #expect(try await installation.reconciler.scan().findings.map(\.name) == ["old.saas.test"])
        }
    }

    @Test(.timeLimit(.minutes(2))) func tenantsFromBeforeAreEnrolled() async throws {
        try await NamedInstallation.with { installation in
            let tenant = try await installation.bulkhead.makeTenant("acme")
            _ = try await installation.bulkhead.database.execute("DELETE FROM bulkhead.dns_names")
            let names = try await installation.ledger.enrolled()
            #expect(names.map(\.tenant) == [tenant.id] && names.allSatisfy { $0.isWanted && !$0.isMet })
            _ = try await installation.reconciler.reconcile()
            #expect(try await installation.ledger.name(of: tenant.id)?.isMet == true)
        }
    }

    /// Tenants whose names are wished for, and nothing else about them.
    private static func wish(_ count: Int, _ installation: NamedInstallation) async throws -> [Tenant] {
        var tenants: [Tenant] = []
        for number in 1...count {
            let tenant = try await installation.bulkhead.beginTenant("name\(number)")
            _ = try await installation.bulkhead.database.execute(
                """
                INSERT INTO bulkhead.dns_names (tenant_id, subdomain, wanted)
                VALUES ('\(tenant.id)', '\(tenant.subdomain)', true)
                """)
            tenants.append(tenant)
        }
        return tenants
    }
}
