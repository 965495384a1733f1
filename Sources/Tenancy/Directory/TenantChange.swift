/// The hint that a tenant has changed: whoever remembers an older version must read it again.
///
/// A hint and no more: whoever may send messages can make one up, so it is never taken for the tenant's state.
public struct TenantChange: Sendable, Hashable {
    /// Which tenant.
    public var id: TenantID
    /// The version that the change made; a row that is gone counts as one more than its last.
    public var version: Int64
    /// The label under which it is looked for.
    public var subdomain: Subdomain

    /// A hint by its parts.
    public init(id: TenantID, version: Int64, subdomain: Subdomain) {
        self.id = id
        self.version = version
        self.subdomain = subdomain
    }

    /// The hint that the tenant is now like this.
    public init(_ tenant: Tenant) {
        self.init(id: tenant.id, version: tenant.version, subdomain: tenant.subdomain)
    }

    /// Reads the form in which hints travel: id, version and subdomain, parted by single spaces; nil for anything else.
    public init?(text: some StringProtocol) {
        guard text.utf8.count <= 36 + 1 + 19 + 1 + 63 else { return nil }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, let id = TenantID(parts[0]), let version = Int64(parts[1]), version > 0,
            let subdomain = Subdomain(stored: String(parts[2]))
        else { return nil }
        self.init(id: id, version: version, subdomain: subdomain)
    }

    /// The form in which hints travel.
    public var text: String { "\(self.id) \(self.version) \(self.subdomain)" }

    /// What the tenant is looked for by.
    public var keys: [TenantKey] { [.id(self.id), .subdomain(self.subdomain)] }
}
