import HTTPTypes
import Tenancy

/// Refusals because of the tenant that a request is addressed to.
extension ProblemDetails {
    /// 404: no tenant has this host, or it had one that was deleted.
    public static var tenantNotFound: Self {
        Self(
            "tenant-not-found", .notFound, title: "There is no such tenant",
            detail: "No tenant answers at this address. Check the spelling of the host name.", isForPeople: true)
    }

    /// 403: what the request carries names two tenants.
    public static var tenantMismatch: Self {
        Self(
            "tenant-mismatch", .forbidden, title: "The token is for another tenant",
            detail: "The credentials do not belong to the tenant at this address. The attempt has been recorded.")
    }

    /// 403: the tenant takes no writes.
    public static var tenantReadOnly: Self {
        Self(
            "tenant-read-only", .forbidden, title: "The tenant is read-only",
            detail: "Reading works; changes are refused until the operator lifts this.")
    }

    /// 403: an operator has stopped the tenant.
    public static var tenantSuspended: Self {
        Self(
            "tenant-suspended", .forbidden, title: "This account is suspended",
            detail: "The operator has suspended this tenant. Contact the operator to have it resumed.",
            isForPeople: true)
    }

    /// 503: the tenant will be back by itself.
    ///
    /// - Parameter retryAfter: after how many seconds another try makes sense.
    public static func tenantMaintenance(retryAfter seconds: Int) -> Self {
        Self(
            "tenant-maintenance", .serviceUnavailable, title: "Under maintenance",
            detail: "This tenant is being worked on and will be back. Try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)], isForPeople: true)
    }

    /// 503: the tenant is still being made.
    ///
    /// - Parameter retryAfter: after how many seconds another try makes sense.
    public static func tenantProvisioning(retryAfter seconds: Int) -> Self {
        Self(
            "tenant-provisioning", .serviceUnavailable, title: "Almost ready",
            detail: "This tenant is being set up. Try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)], isForPeople: true)
    }

    /// 503 without a promise: an operator has to act.
    public static var tenantUnavailable: Self {
        Self(
            "tenant-unavailable", .serviceUnavailable, title: "Not available",
            detail: "This tenant is not available. The operator has to look into it.", isForPeople: true)
    }

    /// The refusal that a tenant's status demands, or nil if requests are served.
    static func refusal(by status: TenantStatus) -> Self? {
        switch status.admission {
        case .served, .readsOnly: return nil
        case .tryLater:
            return status == .provisioning ? .tenantProvisioning(retryAfter: 2) : .tenantMaintenance(retryAfter: 30)
        case .unavailable: return .tenantUnavailable
        case .suspended: return .tenantSuspended
        case .unknown: return .tenantNotFound
        }
    }
}
