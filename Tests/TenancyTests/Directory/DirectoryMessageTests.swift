import Foundation
import Testing

@testable import Tenancy

@Suite("What is made of messages")
struct DirectoryMessageTests {
    @Test func `A hint has a tenant read again, at once and once`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        let suspended = acme.changed(.suspended)
        scene.source.put(suspended)
        for _ in 0..<2 { scene.directory.hear(TenantChange(suspended)) }
        #expect(try await scene.directory.entry(for: acme.subdomain) == suspended)
        // The same by the other channel.
        scene.directory.hear(TenantChange(suspended))
        #expect(scene.directory.remembered(acme.subdomain) == suspended)
        #expect(scene.source.asked.count == 2)
    }

    @Test func `Made up hints cause few questions, and no tenant is lost by them`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        for number in 0..<1000 {
            scene.directory.hear(TenantChange(id: acme.id, version: .max, subdomain: acme.subdomain))
            scene.directory.hear(TenantChange(id: .random(), version: 1, subdomain: acme.subdomain))
            #expect(try await scene.directory.entry(for: acme.id) == acme)
            scene.clock.advance(.milliseconds(1))
            if number % 50 == 0 { await scene.directory.check(isRound: false) }
        }
        // Two kinds of hints, four times a second each.
        #expect(scene.source.asked.count <= 10 && scene.source.asked.count >= 3)
        #expect(scene.source.checks.count <= 20)
        #expect(scene.directory.remembered(acme.subdomain) == acme)
    }

    @Test func `A change behind a made up hint is found by the checker at once`() async throws {
        let acme = Tenant.example()
        let scene = DirectoryScene(acme)
        _ = try await scene.directory.entry(for: acme.id)
        scene.directory.hear(TenantChange(id: acme.id, version: 99, subdomain: acme.subdomain))
        #expect(try await scene.directory.entry(for: acme.id) == acme)
        let suspended = acme.changed(.suspended)
        scene.source.put(suspended)
        scene.directory.hear(TenantChange(suspended))
        await scene.directory.check(isRound: false)
        #expect(try await scene.directory.entry(for: acme.id) == suspended)
    }

    @Test func `An absence is remembered for a second, while messages arrive`() async throws {
        let scene = DirectoryScene()
        let tenant = Tenant.example()
        for _ in 0..<3 { #expect(try await scene.directory.entry(for: tenant.subdomain) == nil) }
        #expect(scene.source.asked.count == 3)
        scene.directory.hearsHints()
        for _ in 0..<3 { #expect(try await scene.directory.entry(for: tenant.subdomain) == nil) }
        #expect(scene.source.asked.count == 4)
        scene.clock.advance(.milliseconds(1001))
        #expect(try await scene.directory.entry(for: tenant.subdomain) == nil)
        #expect(scene.source.asked.count == 5)
        // The last proof is too long ago.
        scene.clock.advance(.seconds(5))
        for _ in 0..<2 { #expect(try await scene.directory.entry(for: tenant.subdomain) == nil) }
        #expect(scene.source.asked.count == 7)
    }

    @Test(arguments: [true, false])
    func `An absence ends when the tenant is made`(isOwn: Bool) async throws {
        let scene = DirectoryScene()
        let tenant = Tenant.example()
        scene.directory.hearsHints()
        #expect(try await scene.directory.entry(for: tenant.subdomain) == nil)
        #expect(try await scene.directory.entry(for: tenant.id) == nil)
        scene.source.put(tenant)
        isOwn ? scene.directory.changed(TenantChange(tenant)) : scene.directory.hear(TenantChange(tenant))
        #expect(try await scene.directory.entry(for: tenant.subdomain) == tenant)
        #expect(try await scene.directory.entry(for: tenant.id) == tenant)
    }

    @Test func `Absences are bounded`() async throws {
        let scene = DirectoryScene { $0.absences = 50 }
        scene.directory.hearsHints()
        for number in 0..<500 { _ = try await scene.directory.entry(for: Tenant.example("host-\(number)").subdomain) }
        #expect(scene.directory.change { state, _ in state.absences.count } <= 50)
    }

    @Test func `Missed messages have everything in use checked`() async throws {
        let (acme, globex) = (Tenant.example(), Tenant.example("globex"))
        let scene = DirectoryScene(acme, globex)
        for tenant in [acme, globex] { _ = try await scene.directory.entry(for: tenant.id) }
        await scene.directory.check(isRound: true)
        scene.source.put(globex.changed(.suspended))
        scene.directory.missedHints()
        // Nobody has used them since the last round, but somebody could without a question.
        await scene.directory.check(isRound: false)
        #expect(scene.directory.remembered(acme.id) == acme)
        #expect(scene.directory.remembered(globex.id) == nil)
    }

    @Test func `Hints travel as text`() throws {
        let change = TenantChange(id: .random(), version: 7, subdomain: Tenant.example().subdomain)
        #expect(TenantChange(text: change.text) == change)
        let id = change.id
        for text in [
            "", " ", "\(id)", "\(id) 7", "\(id) 7 acme ", " \(id) 7 acme", "\(id) 0 acme", "\(id) -1 acme",
            "\(id)  7 acme",
            "\(id) 7 Acme", "\(id) 7 a", "\(id) 7x acme", "x 7 acme", "\(id) 99999999999999999999 acme",
            "\(id) 7 " + String(repeating: "a", count: 5000),
        ] { #expect(TenantChange(text: text) == nil, "\(text)") }
    }
}
