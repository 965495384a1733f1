import Foundation
import Identity
import Tenancy
import Testing

@testable import ControlPlane

@Suite("Administrators sign in")
struct AdminSessionTests {
    let ports = Ports()
    let tokens = Examples.authority()
    let service: AdminSessionService
    let admin: GlobalAdmin

    init() async throws {
        self.service = AdminSessionService(
            admins: self.ports, hasher: Examples.hasher, tokens: self.tokens, audit: self.ports,
            audience: "admin.example.com", now: { Examples.now })
        let email = try #require(EmailAddress("root@example.com"))
        let admin = GlobalAdmin(id: .random(), email: email, name: "Root", createdAt: Examples.now)
        let hash = try await Examples.hasher.hash(Examples.password)
        self.admin = admin
        self.ports.change { $0.admins = [.init(admin: admin, hash: hash)] }
    }

    @Test func `The right password gives tokens, and only the hash of the second is stored`() async throws {
        let signedIn = try await self.service.signIn(
            email: "ROOT@example.com", password: Examples.password, requestID: "r1")
        let token = try self.tokens.verify(signedIn.accessToken, audience: "admin.example.com")
        #expect(token.subject == .admin(self.admin.id))
        #expect(signedIn.expiresIn == 900)
        let refresh = try #require(OpaqueToken(signedIn.refreshToken))
        #expect(self.ports.state.stored == [refresh.hash])
        #expect(self.ports.state.expiries == [Examples.now.addingTimeInterval(12 * 3_600)])
        #expect(self.ports.state.events.isEmpty)
        let shown = "\(signedIn) \(String(reflecting: signedIn))"
        #expect(!shown.contains(signedIn.accessToken) && !shown.contains(signedIn.refreshToken))
        var dumped = ""
        dump(signedIn, to: &dumped)
        #expect(!dumped.contains(signedIn.accessToken) && !dumped.contains(signedIn.refreshToken))
    }

    @Test(arguments: [
        ("root@example.com", "a long enough passwort"), ("root@example.com", ""),
        ("nobody@example.com", Examples.password),
        ("no address", Examples.password), ("", ""), ("hunter2-my-password", "root@example.com"),
    ])
    func `Anything else is refused in the same words, and leaves a trace without what was typed`(
        _ email: String, _ password: String
    ) async throws {
        await #expect(throws: DomainError.badCredentials) {
            try await self.service.signIn(email: email, password: password, requestID: "r1")
        }
        let events = self.ports.state.events
        #expect(events.map(\.action) == ["admin.signIn.refused"])
        #expect(events.map(\.requestID) == ["r1"])
        let known = email == "root@example.com"
        #expect(events.first?.details == ["account": known ? self.admin.id.description : "unknown"])
        if !email.isEmpty { #expect(!"\(events)".contains(email)) }
        #expect(self.ports.state.stored.isEmpty)
    }

    @Test func `A refusal that the audit trail cannot keep is an error, not a sign-in`() async throws {
        self.ports.change { $0.auditFails = true }
        await #expect(throws: Ports.AuditBroken.self) {
            try await self.service.signIn(email: "root@example.com", password: "wrong", requestID: nil)
        }
    }

    @Test func `A hasher that is full is busy, which is no wrong password`() async throws {
        let full = AdminSessionService(
            admins: self.ports, hasher: PasswordHasher(cost: .interactive, workers: 1, queueLimit: 0),
            tokens: self.tokens, audit: self.ports, audience: "admin.example.com")
        let outcomes = await withTaskGroup(of: DomainError?.self, returning: [DomainError?].self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await full.signIn(email: "nobody@example.com", password: "x", requestID: nil)
                        return nil
                    } catch {
                        return error as? DomainError
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(outcomes.map { $0 == .badCredentials || $0 == .busy(retryAfterSeconds: 2) }) == [true])
        #expect(outcomes.contains(.busy(retryAfterSeconds: 2)))
        #expect(self.ports.state.events.count == outcomes.count { $0 == .badCredentials })
    }
}
