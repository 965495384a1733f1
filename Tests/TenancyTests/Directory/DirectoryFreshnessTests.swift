import Foundation
import Testing

@testable import Tenancy

@Suite("How old an answer may be")
struct DirectoryFreshnessTests {
    @Test func `A change of which nobody heard is found by the checker`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        scene.source.put(acme.changed(.suspended))
        #expect(scene.directory.remembered(acme.id)?.status == .active)
        #expect(await scene.directory.check(isRound: true))
        #expect(scene.directory.remembered(acme.id) == nil && scene.directory.remembered(acme.subdomain) == nil)
        #expect(try await scene.directory.entry(for: acme.subdomain)?.status == .suspended)
    }

    @Test func `A tenant that is gone is found out too`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        scene.source.drop(acme.id)
        await scene.directory.check(isRound: true)
        #expect(try await scene.directory.entry(for: acme.id) == nil)
        #expect(scene.directory.count == 0)
    }

    @Test func `What is in use stays fresh, what is not is not asked about`() async throws {
        let (used, idle) = (Tenant.example("used"), Tenant.example("idle"))
        let scene = DirectoryScene(used, idle)
        for tenant in [used, idle] { _ = try await scene.directory.entry(for: tenant.id) }
        await scene.directory.check(isRound: true)
        for _ in 0..<10 {
            scene.clock.advance(.seconds(4))
            #expect(scene.directory.remembered(used.id) == used)
            await scene.directory.check(isRound: true)
        }
        #expect(scene.source.asked.count == 2)
        #expect(Set(scene.source.checks[0]) == [used.id, idle.id])
        #expect(scene.source.checks.dropFirst().allSatisfy { $0 == [used.id] })
    }

    @Test func `Many are checked with few questions`() async throws {
        let tenants = (0..<25).map { Tenant.example("tenant-\($0)") }
        let scene = DirectoryScene { $0.checkBatch = 10 }
        for tenant in tenants {
            scene.source.put(tenant)
            _ = try await scene.directory.entry(for: tenant.id)
        }
        await scene.directory.check(isRound: true)
        #expect(scene.source.checks.map(\.count) == [10, 10, 5])
    }

    @Test func `Without the catalog a server serves for 25 seconds and no longer`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        scene.source.goDown()
        await scene.directory.check(isRound: true)
        scene.clock.advance(.seconds(25))
        #expect(scene.directory.remembered(acme.id) == nil)
        for _ in 0..<10 { #expect(try await scene.directory.entry(for: acme.id) == acme) }
        #expect(scene.events == [.servesStale])
        scene.clock.advance(.milliseconds(1))
        await #expect(throws: (any Error).self) { try await scene.directory.entry(for: acme.id) }
        // It is asked for now and then, so that it is found when it is back.
        scene.source.goDown(false)
        scene.clock.advance(.milliseconds(250))
        #expect(try await scene.directory.entry(for: acme.id) == acme)
        #expect(scene.events == [.servesStale, .isFresh])
    }

    @Test func `While the catalog is down it is asked a few times a second`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        scene.source.goDown()
        for _ in 0..<10 { await #expect(throws: HeldSource.Down.self) { try await scene.entryAfterPause(acme.id) } }
        let before = scene.source.asked.count
        for _ in 0..<100 {
            await #expect(throws: (any Error).self) { try await scene.directory.entry(for: acme.id) }
        }
        #expect(scene.source.asked.count - before <= 1)
    }

    @Test func `An edge serves for an hour, but nothing that was declared changed`() async throws {
        let (acme, globex) = (Tenant.example(), Tenant.example("globex"))
        let scene = DirectoryScene(acme, globex) { $0.staleness = .seconds(3600) }
        for tenant in [acme, globex] { _ = try await scene.directory.entry(for: tenant.id) }
        scene.source.goDown()
        await scene.directory.check(isRound: true)
        scene.clock.advance(.seconds(3600))
        #expect(try await scene.directory.entry(for: acme.id) == acme)
        #expect(try await scene.directory.entry(for: globex.subdomain) == globex)
        scene.directory.hear(TenantChange(globex.changed(.suspended)))
        await #expect(throws: (any Error).self) { try await scene.directory.entry(for: globex.subdomain) }
        #expect(try await scene.directory.entry(for: acme.id) == acme)
        scene.clock.advance(.milliseconds(1))
        await #expect(throws: (any Error).self) { try await scene.directory.entry(for: acme.id) }
        #expect(scene.events == [.servesStale])
    }

    @Test func `The checker works by itself, until it is cancelled`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme) { $0.checkInterval = .milliseconds(5) }
        _ = try await scene.directory.entry(for: acme.id)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await scene.directory.keepChecked() }
            scene.source.put(acme.changed(.suspended))
            while scene.directory.remembered(acme.id) != nil { await Task.yield() }
            group.cancelAll()
        }
    }
}

extension DirectoryScene {
    func entryAfterPause(_ id: TenantID) async throws -> Tenant? {
        self.clock.advance(.seconds(1))
        return try await self.directory.entry(for: id)
    }
}
