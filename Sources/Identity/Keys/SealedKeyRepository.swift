public import Tenancy

/// Where sealed keys are kept: the catalog.
public protocol SealedKeyRepository: Sendable {
    /// All keys for a purpose, retired ones included, in any order.
    func keys(_ purpose: KeyPurpose) async throws -> [SealedKey]
    /// Adds a key, and writes that into the audit trail.
    func add(_ key: SealedKey, by principal: Principal) async throws
    /// Marks a key as retired from now on by the database's clock, and writes that into the audit trail.
    ///
    /// - Throws: `DomainError.notFound` if there is no such key in use.
    func retire(kid: String, by principal: Principal) async throws
}
