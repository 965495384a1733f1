/// Where a tenant is in its life.
///
/// The database enforces the same machine (`bulkhead.tenant_status_transitions`); a test compares the two.
///
/// Valid transitions:
/// - `provisioning` to `active`, `failed`, `deleting`
/// - `failed` to `provisioning` (re-provision), `deleting`
/// - `active`, `readOnly`, `maintenance`, `suspended` to each other and to `deleting`
/// - `deleting` to `deleted`
/// - `deleted` to `active` (restore), `purging`
/// - `purging` to `purged`
public enum TenantStatus: String, Sendable, Codable, CaseIterable {
    case provisioning
    case active
    case readOnly
    case maintenance
    case suspended
    case deleting
    case deleted
    case purging
    case purged
    case failed

    /// The statuses of a tenant that is there: its tables are whole, and operators move it between these freely.
    public static let living: Set<TenantStatus> = [.active, .readOnly, .maintenance, .suspended]

    /// The statuses that may follow this one.
    public var successors: Set<TenantStatus> {
        switch self {
        case .provisioning: return [.active, .failed, .deleting]
        case .failed: return [.provisioning, .deleting]
        case .active, .readOnly, .maintenance, .suspended: return Self.living.subtracting([self]).union([.deleting])
        case .deleting: return [.deleted]
        case .deleted: return [.active, .purging]
        case .purging: return [.purged]
        case .purged: return []
        }
    }

    /// Whether a tenant may go from this status to `next` in one step.
    public func mayBecome(_ next: TenantStatus) -> Bool {
        self.successors.contains(next)
    }

    /// What a request to a tenant in this status gets.
    public var admission: TenantAdmission {
        switch self {
        case .active: return .served
        case .readOnly: return .readsOnly
        case .maintenance, .provisioning: return .tryLater
        case .failed: return .unavailable
        case .suspended: return .suspended
        case .deleting, .deleted, .purging, .purged: return .unknown
        }
    }
}

/// How a tenant's status decides over a request, before anything else is looked at.
public enum TenantAdmission: Sendable, Equatable {
    /// Reads and writes are served.
    case served
    /// Reads are served; a write is refused with 403.
    case readsOnly
    /// 503 with `Retry-After`: the tenant will be back by itself.
    case tryLater
    /// 503 without a promise: an operator has to act.
    case unavailable
    /// 403: an operator has stopped the tenant.
    case suspended
    /// 404: to the outside the tenant does not exist.
    case unknown
}
