/// The catalog, as those who remember tenants ask it: what it says is true.
public protocol TenantCatalog: Sendable {
    /// The tenant as it is now, whatever its status; nil if there is none.
    ///
    /// By subdomain, a purged tenant is none: its name may be another's.
    ///
    /// - Parameter deadline: until when to answer or to fail.
    func tenant(_ key: TenantKey, deadline: ContinuousClock.Instant) async throws -> Tenant?

    /// The versions of those tenants that there are.
    ///
    /// - Parameter deadline: until when to answer or to fail.
    func versions(of ids: [TenantID], deadline: ContinuousClock.Instant) async throws -> [TenantID: Int64]
}

/// A memory that several processes share and others may write to: quick, and never believed for long.
///
/// Nothing here throws: a store that is away costs speed.
public protocol TenantStore: Sendable {
    /// What the store has for a key; gives up soon.
    func find(_ key: TenantKey) async -> StoredTenant

    /// Keeps what the catalog has said, unless it was declared changed since the lease was given.
    func keep(_ tenant: Tenant, for key: TenantKey, under lease: StoreLease) async

    /// Forgets a tenant, and takes leases about it back.
    func forget(_ change: TenantChange) async
}

/// What a store has for a key.
public enum StoredTenant: Sendable {
    /// A tenant, and how long ago the catalog said so, by the clocks of two machines.
    case found(Tenant, age: Duration)
    /// Nothing that can be used. With the lease, what the catalog says may be kept; nil if somebody else has it, or the
    /// store is away.
    case absent(StoreLease?)
}

/// The right to keep one value in a store, which a change takes away.
public struct StoreLease: Sendable, Hashable {
    /// Tells it from all others.
    public let token: String

    /// A lease as the store knows it.
    public init(token: String) {
        self.token = token
    }
}
