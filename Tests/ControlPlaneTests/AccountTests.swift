import Foundation
import Identity
import Logging
import Tenancy
import Testing

@testable import ControlPlane

@Suite("Accounts")
struct AccountTests {
    let ports = Ports()
    let activations: ActivationService
    let accounts: AdminAccountService

    init() {
        self.activations = ActivationService(
            members: self.ports, hasher: Examples.hasher, deliveries: self.ports, logger: Logger(label: "test"))
        self.accounts = AdminAccountService(admins: self.ports, hasher: Examples.hasher)
    }

    func invite() throws -> OpaqueToken {
        let token = OpaqueToken.random()
        let member = try Examples.member(.invited, role: .admin)
        self.ports.change { state in
            state.members = [.init(member: member, hash: nil)]
            state.open = [token.hash]
        }
        return token
    }

    @Test func `A link sets a password once`() async throws {
        let token = try self.invite()
        let member = try await self.activations.activate(
            token: token.text, password: Examples.password, in: Examples.access())
        #expect(member.status == .active)
        let hash = try #require(self.ports.state.members.first?.hash)
        #expect(try await Examples.hasher.verify(Examples.password, against: hash))
        await #expect(throws: DomainError.linkGone) {
            try await self.activations.activate(token: token.text, password: "another long one", in: Examples.access())
        }
        #expect(self.ports.state.members.first?.hash == hash)
        #expect(self.ports.calls == ["isActivationOpen", "activate", "isActivationOpen"])
        #expect(self.ports.state.used == [token.hash])
    }

    @Test func `A member is active although the mail's record does not learn of it`() async throws {
        let token = try self.invite()
        self.ports.change { $0.auditFails = true }
        let member = try await self.activations.activate(
            token: token.text, password: Examples.password, in: Examples.access())
        #expect(member.status == .active)
    }

    @Test(arguments: ["", "short", "password1234", "with a \0 control", String(repeating: "x1", count: 200)])
    func `A password that breaks the policy leaves the link as it is`(_ password: String) async throws {
        let token = try self.invite()
        let error = await #expect(throws: ValidationError.self) {
            try await self.activations.activate(token: token.text, password: password, in: Examples.access())
        }
        #expect(error?.problems.map(\.pointer) == ["/password"])
        #expect(self.ports.state.open == [token.hash])
        #expect(self.ports.calls.isEmpty)
    }

    @Test(arguments: ["", "x", String(repeating: "A", count: 43), String(repeating: "A", count: 100_000)])
    func `A link that is unknown or none is gone, and costs no hashing`(_ token: String) async throws {
        _ = try self.invite()
        await #expect(throws: DomainError.linkGone) {
            try await self.activations.activate(token: token, password: Examples.password, in: Examples.access())
        }
        #expect(!self.ports.calls.contains("activate"))
    }

    @Test func `An administrator with a chosen password can sign in with it`() async throws {
        let made = try await self.accounts.create(
            email: "Root@example.com", name: "Root", password: Examples.password, by: .system("cli"))
        #expect(made.generatedPassword == nil)
        #expect(made.admin.email.description == "root@example.com")
        let hash = try #require(self.ports.state.admins.first?.hash)
        #expect(try await Examples.hasher.verify(Examples.password, against: hash))
        await #expect(throws: DomainError.taken(field: "/email", detail: "is taken")) {
            try await self.accounts.create(
                email: "root@example.com", name: "Root", password: nil, by: .system("cli"))
        }
    }

    @Test func `Without a password one is made, which works and meets the policy`() async throws {
        let made = try await self.accounts.create(
            email: "root@example.com", name: "Root", password: nil, by: .system("cli"))
        let password = try #require(made.generatedPassword)
        #expect(PasswordPolicy.standard.problem(in: password) == nil)
        let hash = try #require(self.ports.state.admins.first?.hash)
        #expect(try await Examples.hasher.verify(password, against: hash))
        #expect(!hash.contains(password))
    }

    @Test func `Every field that breaks a rule is named at once`() async throws {
        let error = await #expect(throws: ValidationError.self) {
            try await self.accounts.create(email: "nobody", name: "\n", password: "short", by: .system("cli"))
        }
        #expect(error?.problems.map(\.pointer) == ["/email", "/name", "/password"])
        #expect(self.ports.state.admins.isEmpty)
    }
}
