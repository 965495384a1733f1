/// One tenant's clients.
///
/// Every method refuses a member who has been disabled or whose role has changed since the token was issued with
/// ``DomainError/badCredentials``, in the transaction of the work itself.
public protocol ClientRepository: Sendable {
    /// A page of the clients, ordered by time of creation, then id.
    func clients(_ page: PageRequest, in access: TenantAccess) async throws -> Page<Client>
    /// The client with this id, or nil.
    func client(_ id: ClientID, in access: TenantAccess) async throws -> Client?
    /// Adds a client.
    ///
    /// - Throws: ``DomainError/taken(field:detail:)`` if another client of the tenant has the address.
    func create(_ draft: ClientDraft, in access: TenantAccess) async throws -> Client
    /// Replaces what a client says.
    ///
    /// - Parameter version: the version that the caller has read; nil to replace whatever is there.
    /// - Throws: ``DomainError/notFound(_:)``, ``DomainError/preconditionFailed``,
    ///   ``DomainError/taken(field:detail:)``.
    func update(_ id: ClientID, to draft: ClientDraft, ifVersion version: Int?, in access: TenantAccess) async throws
        -> Client
    /// Removes a client.
    ///
    /// - Throws: ``DomainError/notFound(_:)``, ``DomainError/preconditionFailed``; ``DomainError/conflict(_:)`` while
    ///   registrations refer to it.
    func delete(_ id: ClientID, ifVersion version: Int?, in access: TenantAccess) async throws
}
