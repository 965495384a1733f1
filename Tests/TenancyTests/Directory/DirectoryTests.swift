import Foundation
import Tenancy
import Testing

@Suite("The directory that remembers")
struct DirectoryTests {
    @Test func `A tenant is asked for once and found by both keys`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        #expect(scene.directory.remembered(acme.subdomain) == nil)
        #expect(try await scene.directory.entry(for: acme.subdomain) == acme)
        #expect(try await scene.directory.entry(for: acme.subdomain) == acme)
        #expect(try await scene.directory.entry(for: acme.id) == acme)
        #expect(scene.directory.remembered(acme.subdomain) == acme && scene.directory.remembered(acme.id) == acme)
        #expect(scene.source.asked == [.subdomain(acme.subdomain)])
    }

    @Test func `Ten seconds later it is asked for again`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        scene.clock.advance(.seconds(10))
        _ = try await scene.directory.entry(for: acme.id)
        #expect(scene.source.asked.count == 1)
        scene.clock.advance(.milliseconds(1))
        scene.source.put(acme.changed(.suspended))
        #expect(try await scene.directory.entry(for: acme.id)?.status == .suspended)
        #expect(try await scene.directory.entry(for: acme.subdomain)?.status == .suspended)
        #expect(scene.source.asked.count == 2)
    }

    @Test func `The time counts from before the question`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        scene.source.hold()
        async let found = scene.directory.entry(for: acme.id)
        await scene.source.waitUntilAsked(1)
        scene.clock.advance(.seconds(8))
        scene.source.release()
        #expect(try await found == acme)
        scene.clock.advance(.seconds(3))
        #expect(scene.directory.remembered(acme.id) == nil)
    }

    @Test func `Many ask at the same time, and the catalog is asked once`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        scene.source.hold()
        try await withThrowingTaskGroup(of: Tenant?.self) { group in
            for _ in 0..<100 { group.addTask { try await scene.directory.entry(for: acme.subdomain) } }
            await scene.source.waitUntilAsked(1)
            scene.source.release()
            for try await found in group { #expect(found == acme) }
        }
        #expect(scene.source.asked.count == 1)
    }

    @Test func `Who goes away takes nothing from those who wait`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        scene.source.hold()
        // Tasks of their own, since one of them is cancelled alone.
        let first = Task { try await scene.directory.entry(for: acme.id) }
        await scene.source.waitUntilAsked(1)
        async let second = scene.directory.entry(for: acme.id)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        scene.source.release()
        #expect(try await second == acme)
        #expect(scene.source.asked.count == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `A source that never answers fails those who wait, in time`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme) { $0.loadTime = .milliseconds(50) }
        scene.source.hold()
        await #expect(throws: DomainError.busy(retryAfterSeconds: 1)) {
            try await scene.directory.entry(for: acme.id)
        }
        scene.source.release()
    }

    @Test func `A flood of strangers leaves room for tenants that are known`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme) { $0.loads = 4 }
        _ = try await scene.directory.entry(for: acme.id)
        scene.clock.advance(.seconds(11))
        scene.source.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask { _ = try await scene.directory.entry(for: Tenant.example("host-\(number)").subdomain) }
            }
            await scene.source.waitUntilAsked(5)
            await #expect(throws: DomainError.busy(retryAfterSeconds: 1)) {
                try await scene.directory.entry(for: Tenant.example("host-5").subdomain)
            }
            group.addTask {
                let found = try await scene.directory.entry(for: acme.id)
                #expect(found == acme)
            }
            await scene.source.waitUntilAsked(6)
            scene.source.release()
            try await group.waitForAll()
        }
        // All places are free again.
        #expect(try await scene.directory.entry(for: Tenant.example("host-5").subdomain) == nil)
    }

    @Test func `No more are remembered than there is room for, and those in use stay`() async throws {
        let scene = DirectoryScene { $0.capacity = 100 }
        let favourite = Tenant.example("favourite")
        scene.source.put(favourite)
        _ = try await scene.directory.entry(for: favourite.id)
        for number in 0..<1000 {
            let tenant = Tenant.example("tenant-\(number)")
            scene.source.put(tenant)
            #expect(try await scene.directory.entry(for: tenant.subdomain) == tenant)
            #expect(scene.directory.remembered(favourite.id) == favourite)
            scene.source.drop(tenant.id)
        }
        #expect(scene.directory.count == 100)
        #expect(scene.directory.remembered(try Subdomain(validating: "tenant-999")) != nil)
        #expect(scene.directory.remembered(try Subdomain(validating: "tenant-1")) == nil)
    }

    @Test func `A name goes over to its next tenant`() async throws {
        let first = Tenant.example("acme", status: .deleted, version: 11)
        let second = Tenant.example("acme")
        let scene = DirectoryScene(first)
        let name = first.subdomain
        #expect(try await scene.directory.entry(for: name) == first)
        let purged = first.changed(.purged)
        scene.source.put(purged)
        scene.source.put(second)
        scene.directory.hear(TenantChange(second))
        #expect(try await scene.directory.entry(for: name) == second)
        // The old one is still found by its id, and does not take the name back.
        scene.directory.hear(TenantChange(purged))
        #expect(try await scene.directory.entry(for: first.id) == purged)
        #expect(try await scene.directory.entry(for: name) == second)
    }
}
