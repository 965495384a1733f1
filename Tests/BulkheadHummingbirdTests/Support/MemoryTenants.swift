import Foundation
import Synchronization
import Tenancy
import Testing

/// What lies in the schemas of tenants: reached through a ``TenantAccess`` only, as in the real thing.
extension MemoryCatalog: MemberRepository {
    func credentials(_ email: EmailAddress, in access: TenantAccess) async throws
        -> (member: Member, passwordHash: String)?
    {
        self.state.withLock { state in
            let account = state.members[access.tenant]?.first { $0.member.email == email }
            return account.flatMap { account in account.passwordHash.map { (account.member, $0) } }
        }
    }
    func confirm(_ access: TenantAccess) async throws {
        guard case .member(let id, let role) = access.principal else { return }
        let found = self.state.withLock { $0.members[access.tenant]?.first { $0.member.id == id }?.member }
        if let found, found.status != .active || found.role != role { throw DomainError.badCredentials }
    }
    func replaceActivation(tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess) async throws -> Member {
        try self.state.withLock { state in
            guard state.members[access.tenant]?.isEmpty == false else { throw DomainError.notFound("member") }
            state.members[access.tenant]?[0].activation = tokenHash
            return try #require(state.members[access.tenant]?[0].member)
        }
    }
    func openActivation(
        tokenHash: [UInt8], expiresAt: Date, replacingUntil: Date?, in access: TenantAccess
    ) async throws -> ActivationOpening {
        _ = try await self.replaceActivation(tokenHash: tokenHash, expiresAt: expiresAt, in: access)
        return .opened
    }
    func activate(tokenHash: [UInt8], passwordHash: String, in access: TenantAccess) async throws -> Member {
        try self.state.withLock { state in
            let index = state.members[access.tenant]?.firstIndex { $0.activation == tokenHash }
            guard let index else { throw DomainError.linkGone }
            state.members[access.tenant]?[index].activation = nil
            state.members[access.tenant]?[index].passwordHash = passwordHash
            state.members[access.tenant]?[index].member.status = .active
            return try #require(state.members[access.tenant]?[index].member)
        }
    }
    func isActivationOpen(tokenHash: [UInt8], in access: TenantAccess) async throws -> Bool {
        self.state.withLock { $0.members[access.tenant]?.contains { $0.activation == tokenHash } ?? false }
    }
    func startSession(
        of id: UserID, passwordHash: String, refreshTokenHash: [UInt8], expiresAt: Date, in access: TenantAccess
    ) async throws {
        #expect(access.mode == .readWrite)
    }
}

extension MemoryCatalog: ClientRepository {
    private func with<Value>(_ access: TenantAccess, _ body: (inout [Client]) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            state.clientCalls += 1
            if let failure = state.failure { throw failure }
            var clients = state.clients[access.tenant] ?? []
            let value = try body(&clients)
            state.clients[access.tenant] = clients
            return value
        }
    }

    func clients(_ page: PageRequest, in access: TenantAccess) async throws -> Page<Client> {
        try self.with(access) { clients in
            let start = page.cursor.flatMap { cursor in clients.firstIndex { $0.id.uuid == cursor.id } }
            let rest = clients[(start.map { $0 + 1 } ?? 0)...]
            let items = Array(rest.prefix(page.limit))
            let next = rest.count > items.count ? items.last.map { PageCursor(microseconds: 1, id: $0.id.uuid) } : nil
            return Page(items: items, next: next)
        }
    }
    func client(_ id: ClientID, in access: TenantAccess) async throws -> Client? {
        try self.with(access) { clients in clients.first { $0.id == id } }
    }
    func create(_ draft: ClientDraft, in access: TenantAccess) async throws -> Client {
        try self.with(access) { clients in
            if let email = draft.email, clients.contains(where: { $0.email == email }) {
                throw DomainError.taken(field: "/email", detail: "another client has this address")
            }
            let client = Client(
                id: .random(), name: draft.name, email: draft.email, phone: draft.phone, notes: draft.notes,
                version: 1, createdAt: Self.instant, updatedAt: Self.instant)
            clients.append(client)
            return client
        }
    }
    func update(_ id: ClientID, to draft: ClientDraft, ifVersion version: Int?, in access: TenantAccess) async throws
        -> Client
    {
        try self.with(access) { clients in
            let index = try Self.index(of: id, at: version, in: clients)
            clients[index].name = draft.name
            clients[index].email = draft.email
            clients[index].phone = draft.phone
            clients[index].notes = draft.notes
            clients[index].version += 1
            return clients[index]
        }
    }
    func delete(_ id: ClientID, ifVersion version: Int?, in access: TenantAccess) async throws {
        try self.with(access) { clients in
            _ = clients.remove(at: try Self.index(of: id, at: version, in: clients))
        }
    }

    private static func index(of id: ClientID, at version: Int?, in clients: [Client]) throws -> Int {
        guard let index = clients.firstIndex(where: { $0.id == id }) else { throw DomainError.notFound("client") }
        if let version, clients[index].version != version { throw DomainError.preconditionFailed }
        return index
    }
}
