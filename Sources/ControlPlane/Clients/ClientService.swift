public import Tenancy

/// What members do with their tenant's clients, and who may do what.
///
/// Every member reads; `member` and `admin` write; a read-only tenant is not written to by anybody.
public struct ClientService: Sendable {
    private let clients: any ClientRepository

    /// A service over this port.
    public init(clients: any ClientRepository) {
        self.clients = clients
    }

    /// A page of the clients, ordered by time of creation, then id.
    ///
    /// - Throws: ``DomainError/forbidden(_:)``, ``DomainError/badCredentials``.
    public func list(_ page: PageRequest, in access: TenantAccess) async throws -> Page<Client> {
        try Self.checkRead(access)
        return try await self.clients.clients(page, in: access.readOnly)
    }

    /// One client.
    ///
    /// - Throws: ``DomainError/notFound(_:)``, ``DomainError/forbidden(_:)``, ``DomainError/badCredentials``.
    public func get(_ id: ClientID, in access: TenantAccess) async throws -> Client {
        try Self.checkRead(access)
        guard let client = try await self.clients.client(id, in: access.readOnly) else {
            throw DomainError.notFound("client")
        }
        return client
    }

    /// Adds a client.
    ///
    /// - Throws: ``DomainError/forbidden(_:)`` if the member only reads or the tenant is read-only;
    ///   ``DomainError/taken(field:detail:)`` if another client of the tenant has the address.
    public func create(_ draft: ClientDraft, in access: TenantAccess) async throws -> Client {
        try Self.checkWrite(access)
        return try await self.clients.create(draft, in: access)
    }

    /// Replaces what a client says.
    ///
    /// - Parameter version: the version that the caller has read; nil to replace whatever is there.
    /// - Throws: ``DomainError/forbidden(_:)``, ``DomainError/notFound(_:)``, ``DomainError/preconditionFailed``,
    ///   ``DomainError/taken(field:detail:)``.
    public func update(_ id: ClientID, to draft: ClientDraft, ifVersion version: Int?, in access: TenantAccess)
        async throws -> Client
    {
        try Self.checkWrite(access)
        return try await self.clients.update(id, to: draft, ifVersion: version, in: access)
    }

    /// Removes a client.
    ///
    /// - Throws: ``DomainError/forbidden(_:)``, ``DomainError/notFound(_:)``, ``DomainError/preconditionFailed``;
    ///   ``DomainError/conflict(_:)`` while registrations refer to it.
    public func delete(_ id: ClientID, ifVersion version: Int?, in access: TenantAccess) async throws {
        try Self.checkWrite(access)
        try await self.clients.delete(id, ifVersion: version, in: access)
    }

    private static func checkRead(_ access: TenantAccess) throws {
        switch access.principal {
        case .member, .system: return
        case .admin: throw DomainError.forbidden("Global administrators do not read a tenant's business data.")
        case .anonymous: throw DomainError.badCredentials
        }
    }

    private static func checkWrite(_ access: TenantAccess) throws {
        try self.checkRead(access)
        if case .member(_, .viewer) = access.principal {
            throw DomainError.forbidden("Your role is viewer, which reads only; ask an administrator of your tenant.")
        }
        guard access.mode == .readWrite else { throw DomainError.forbidden("The tenant is read-only at present.") }
    }
}
