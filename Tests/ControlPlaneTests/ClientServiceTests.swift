import Foundation
import Tenancy
import Testing

@testable import ControlPlane

@Suite("Clients")
struct ClientServiceTests {
    let ports = Ports()
    let service: ClientService
    let draft: ClientDraft

    init() throws {
        self.service = ClientService(clients: self.ports)
        self.draft = try ClientDraft(name: "Globex", email: nil, phone: nil, notes: nil)
    }

    static let readers: [Principal] = MemberRole.allCases.map { .member(.random(), $0) } + [.system("seed")]
    static let writers: [Principal] = [
        .member(.random(), .admin), .member(.random(), .member), .system("seed"),
    ]

    func write(_ access: TenantAccess) async throws -> Client {
        let client = try await self.service.create(self.draft, in: access)
        let updated = try await self.service.update(client.id, to: self.draft, ifVersion: 1, in: access)
        try await self.service.delete(client.id, ifVersion: 2, in: access)
        return updated
    }

    @Test(arguments: readers, AccessMode.allCases)
    func `Every member reads, in a session that cannot write`(_ principal: Principal, _ mode: AccessMode) async throws {
        let client = try await self.service.create(self.draft, in: Examples.access(.system("seed")))
        let access = Examples.access(principal, mode: mode)
        #expect(try await self.service.list(PageRequest(), in: access).items == [client])
        #expect(try await self.service.get(client.id, in: access) == client)
        await #expect(throws: DomainError.notFound("client")) { try await self.service.get(.random(), in: access) }
        #expect(self.ports.state.accesses.dropFirst() == [access.readOnly, access.readOnly, access.readOnly])
    }

    @Test(arguments: writers)
    func `Members and administrators of the tenant write`(_ principal: Principal) async throws {
        let access = Examples.access(principal)
        #expect(try await self.write(access).version == 2)
        #expect(self.ports.calls == ["create", "update", "delete"])
        #expect(self.ports.state.accesses == [access, access, access])
        #expect(self.ports.state.clients.isEmpty)
    }

    func refusals(_ access: TenantAccess) async -> [DomainError?] {
        let id = ClientID.random()
        let create = await #expect(throws: DomainError.self) { try await self.service.create(self.draft, in: access) }
        let update = await #expect(throws: DomainError.self) {
            try await self.service.update(id, to: self.draft, ifVersion: nil, in: access)
        }
        let delete = await #expect(throws: DomainError.self) {
            try await self.service.delete(id, ifVersion: nil, in: access)
        }
        return [create, update, delete]
    }

    @Test func `A viewer writes nothing`() async {
        let access = Examples.access(.member(.random(), .viewer))
        for error in await self.refusals(access) {
            #expect(error == .forbidden("Your role is viewer, which reads only; ask an administrator of your tenant."))
        }
        #expect(self.ports.calls.isEmpty)
    }

    @Test(arguments: writers)
    func `Nobody writes to a read-only tenant`(_ principal: Principal) async {
        for error in await self.refusals(Examples.access(principal, mode: .readOnly)) {
            #expect(error == .forbidden("The tenant is read-only at present."))
        }
        #expect(self.ports.calls.isEmpty)
    }

    @Test func `Strangers and global administrators neither read nor write`() async {
        for (principal, anonymous) in [(Principal.anonymous, true), (.admin(.random()), false)] {
            let access = Examples.access(principal)
            var errors = await self.refusals(access)
            errors.append(
                await #expect(throws: DomainError.self) { try await self.service.list(PageRequest(), in: access) })
            errors.append(
                await #expect(throws: DomainError.self) { try await self.service.get(.random(), in: access) })
            for error in errors { #expect((error == .badCredentials) == anonymous) }
        }
        #expect(self.ports.calls.isEmpty)
    }

    @Test func `What the repository refuses reaches the caller`() async throws {
        let access = Examples.access(.member(.random(), .member))
        let client = try await self.service.create(self.draft, in: access)
        await #expect(throws: DomainError.preconditionFailed) {
            try await self.service.update(client.id, to: self.draft, ifVersion: 7, in: access)
        }
        await #expect(throws: DomainError.notFound("client")) {
            try await self.service.update(.random(), to: self.draft, ifVersion: nil, in: access)
        }
    }
}
