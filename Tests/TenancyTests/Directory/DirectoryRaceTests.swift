import Foundation
import Testing

@testable import Tenancy

/// Answers that were under way when a tenant changed.
@Suite("What was asked before a change")
struct DirectoryRaceTests {
    @Test(arguments: [true, false])
    func `is not remembered after it`(isOwn: Bool) async throws {
        let old = Tenant.example()
        let new = old.changed(.suspended)
        let scene = DirectoryScene(old)
        scene.source.hold()
        async let early = scene.directory.entry(for: old.subdomain)
        await scene.source.waitUntilAsked(1)
        scene.source.put(new)
        isOwn ? scene.directory.changed(TenantChange(new)) : scene.directory.hear(TenantChange(new))
        // Who asks from now on does not wait for the old answer.
        async let late = scene.directory.entry(for: old.subdomain)
        await scene.source.waitUntilAsked(2)
        scene.source.release()
        #expect(try await late == new)
        _ = try await early
        #expect(scene.directory.remembered(old.subdomain) == new && scene.directory.remembered(old.id) == new)
    }

    @Test func `is not remembered although a newer answer came by the other key`() async throws {
        let old = Tenant.example()
        let new = old.changed(.suspended)
        let scene = DirectoryScene(old)
        scene.source.hold()
        async let early = scene.directory.entry(for: old.subdomain)
        await scene.source.waitUntilAsked(1)
        scene.source.put(new)
        async let late = scene.directory.entry(for: old.id)
        await scene.source.releaseLast(of: 2)
        #expect(try await late == new)
        scene.source.release()
        // Whoever is answered after the newer word came is told that.
        #expect(try await early == new)
        #expect(scene.directory.remembered(old.id) == new)
        #expect(scene.directory.remembered(old.subdomain) == new)
    }

    @Test func `does not vouch for a tenant whose name is said to be another's by now`() async throws {
        let first = Tenant.example("acme", status: .deleted, version: 11)
        let second = Tenant.example("acme")
        let scene = DirectoryScene(first)
        _ = try await scene.directory.entry(for: first.id)
        scene.clock.advance(.seconds(11))
        scene.source.hold()
        async let early = scene.directory.entry(for: first.id)
        await scene.source.waitUntilAsked(2)
        scene.source.put(first.changed(.purged))
        scene.source.put(second)
        // The hint about the first one was lost.
        scene.directory.hear(TenantChange(second))
        scene.source.release()
        #expect(try await early == first)
        #expect(scene.directory.remembered(first.subdomain) == nil)
        #expect(try await scene.directory.entry(for: first.subdomain) == second)
    }

    @Test func `does not take a name back from its next tenant`() async throws {
        let first = Tenant.example("acme", status: .deleted, version: 11)
        let second = Tenant.example("acme")
        let scene = DirectoryScene(first)
        scene.source.hold()
        async let early = scene.directory.entry(for: first.id)
        await scene.source.waitUntilAsked(1)
        // Nobody hears of any of this.
        scene.source.put(first.changed(.purged))
        scene.source.put(second)
        async let found = scene.directory.entry(for: second.subdomain)
        await scene.source.releaseLast(of: 2)
        #expect(try await found == second)
        scene.source.release()
        #expect(try await early == first)
        #expect(scene.directory.remembered(second.subdomain) == second)
    }

    @Test func `does not confirm what is remembered`() async throws {
        let old = Tenant.example()
        let scene = DirectoryScene(old)
        _ = try await scene.directory.entry(for: old.id)
        scene.source.hold()
        async let check: Bool = scene.directory.check(isRound: true)
        while scene.source.checks.isEmpty { await Task.yield() }
        let new = old.changed(.suspended)
        scene.source.put(new)
        scene.directory.hear(TenantChange(new))
        scene.source.release()
        #expect(await check)
        #expect(scene.directory.remembered(old.id) == nil)
        #expect(try await scene.directory.entry(for: old.id) == new)
    }

    @Test func `An answer of the checker does not take a newer one away`() async throws {
        let old = Tenant.example()
        let scene = DirectoryScene(old)
        _ = try await scene.directory.entry(for: old.id)
        scene.source.hold()
        async let check: Bool = scene.directory.check(isRound: true)
        while scene.source.checks.isEmpty { await Task.yield() }
        let new = old.changed(.suspended)
        scene.source.put(new)
        scene.directory.changed(TenantChange(new))
        async let found = scene.directory.entry(for: old.id)
        await scene.source.waitUntilAsked(2)
        scene.source.release()
        #expect(try await found == new)
        #expect(await check)
        #expect(scene.directory.remembered(old.id) == new)
    }

    @Test func `An absence that was read before the tenant was made is not remembered`() async throws {
        let scene = DirectoryScene()
        let tenant = Tenant.example()
        scene.directory.hearsHints()
        scene.source.hold()
        async let early = scene.directory.entry(for: tenant.subdomain)
        await scene.source.waitUntilAsked(1)
        scene.source.put(tenant)
        scene.directory.hear(TenantChange(tenant))
        scene.source.release()
        #expect(try await early == nil)
        #expect(try await scene.directory.entry(for: tenant.subdomain) == tenant)
    }

    @Test func `Readers and writers at the same time see whole tenants of their key`() async throws {
        let ids = (0..<64).map { _ in TenantID.random() }
        let scene = DirectoryScene { $0.capacity = 48 }
        for (number, id) in ids.enumerated() { scene.source.put(.example("tenant-\(number)", id: id)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<4 {
                group.addTask {
                    for round in 0..<20_000 {
                        let id = ids[(round * 7 + seed * 13) % ids.count]
                        if let found = scene.directory.remembered(id) { try #require(found.id == id) }
                    }
                }
                group.addTask {
                    for round in 0..<300 {
                        let id = ids[(round * 5 + seed * 11) % ids.count]
                        let found = try #require(try await scene.directory.entry(for: id))
                        try #require(found.id == id)
                        scene.source.put(found.changed(.active))
                        scene.directory.changed(TenantChange(found.changed(.active)))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(scene.directory.count <= 48)
    }
}
