/// What an operator does to a tenant that is there: restricts what requests to it get, or lifts that.
public enum TenantIntervention: String, Sendable, Hashable, CaseIterable {
    /// Nothing is served any more.
    case suspend
    /// Everything is served again, whatever was restricted.
    case resume
    /// Nothing is served for a while; clients are told to come again.
    case maintenance
    /// Reads are served, writes are refused.
    case readOnly

    /// What the tenant is afterwards.
    public var status: TenantStatus {
        switch self {
        case .suspend: .suspended
        case .resume: .active
        case .maintenance: .maintenance
        case .readOnly: .readOnly
        }
    }
}
