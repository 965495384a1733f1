public import Tenancy

/// Whom an access token speaks for.
public enum TokenSubject: Sendable, Hashable {
    /// A member of one tenant, with the role at the time of issue.
    case member(UserID, MemberRole, TenantID)
    /// A global administrator, who belongs to no tenant.
    case admin(AdminID)

    /// The `tenant_id` claim: evidence of the tenant, which has to agree with the host.
    public var tenant: TenantID? {
        switch self {
        case .member(_, _, let tenant): return tenant
        case .admin: return nil
        }
    }

    /// The subject as code beyond the token knows it.
    public var principal: Principal {
        switch self {
        case .member(let id, let role, _): return .member(id, role)
        case .admin(let id): return .admin(id)
        }
    }
}
