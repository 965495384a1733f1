/// What a tenant is looked for by.
public enum TenantKey: Sendable, Hashable {
    /// The label of its host.
    case subdomain(Subdomain)
    /// Its id.
    case id(TenantID)
}
