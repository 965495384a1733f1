/// Who is behind a request, proven by a token that was verified.
public enum Principal: Sendable, Hashable {
    /// A member of the tenant that the request is for.
    case member(UserID, MemberRole)
    /// A global administrator.
    case admin(AdminID)
    /// Nobody yet: signing in, activating.
    case anonymous
    /// Bulkhead itself, or an operator at the command line of its host; the name says which.
    case system(String)

    /// How audit rows name the principal: `member:<id>`, `admin:<id>`, `anonymous`, `system:<name>`.
    public var auditName: String {
        switch self {
        case .member(let id, _): return "member:\(id)"
        case .admin(let id): return "admin:\(id)"
        case .anonymous: return "anonymous"
        case .system(let name): return "system:\(name)"
        }
    }
}
