import Foundation
import Identity
import Tenancy
import Testing

@testable import ControlPlane

@Suite("Members sign in")
struct MemberSessionTests {
    let ports = Ports()
    let tokens = Examples.authority()
    let service: MemberSessionService

    init() {
        self.service = MemberSessionService(
            members: self.ports, hasher: Examples.hasher, tokens: self.tokens, now: { Examples.now })
    }

    func add(_ member: Member, password: String? = Examples.password) async throws {
        let hash: String? = if let password { try await Examples.hasher.hash(password) } else { nil }
        self.ports.change { $0.members = [.init(member: member, hash: hash)] }
    }

    @Test(arguments: MemberRole.allCases)
    func `The right password gives tokens of this tenant and role`(_ role: MemberRole) async throws {
        let member = try Examples.member(role: role)
        try await self.add(member)
        let access = Examples.access()
        let signedIn = try await self.service.signIn(
            email: "Ann@example.com", password: Examples.password, audience: "acme.example.com", in: access)
        let token = try self.tokens.verify(signedIn.accessToken, audience: "acme.example.com")
        #expect(token.subject == .member(member.id, role, access.tenant))
        #expect(self.ports.state.stored == [try #require(OpaqueToken(signedIn.refreshToken)).hash])
        #expect(self.ports.state.expiries == [Examples.now.addingTimeInterval(14 * 86_400)])
        #expect(self.ports.state.accesses == [access, access])
    }

    @Test func `Wrong password, unknown address, no password yet and no address are one answer`() async throws {
        try await self.add(try Examples.member())
        for (email, password) in [("ann@example.com", "wrong"), ("bob@example.com", Examples.password), ("ann", "x")] {
            await #expect(throws: DomainError.badCredentials) {
                try await self.service.signIn(email: email, password: password, audience: "a", in: Examples.access())
            }
        }
        try await self.add(try Examples.member(.invited), password: nil)
        await #expect(throws: DomainError.badCredentials) {
            try await self.service.signIn(email: "ann@example.com", password: "", audience: "a", in: Examples.access())
        }
        #expect(self.ports.state.stored.isEmpty)
    }

    @Test(arguments: [MemberStatus.invited, .disabled])
    func `A member who may not sign in has no right password`(_ status: MemberStatus) async throws {
        try await self.add(try Examples.member(status))
        await #expect(throws: DomainError.badCredentials) {
            try await self.service.signIn(
                email: "ann@example.com", password: Examples.password, audience: "a", in: Examples.access())
        }
        #expect(self.ports.state.stored.isEmpty)
    }

    @Test func `Nobody signs in to a tenant that cannot be written to`() async throws {
        try await self.add(try Examples.member())
        let error = await #expect(throws: DomainError.self) {
            try await self.service.signIn(
                email: "ann@example.com", password: Examples.password, audience: "a",
                in: Examples.access(mode: .readOnly))
        }
        #expect(error == .forbidden("The tenant is read-only at present; nobody can sign in."))
        #expect(self.ports.calls.isEmpty)
    }
}
