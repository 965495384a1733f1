/// Whether a tenant session may write.
public enum AccessMode: String, Sendable, Codable, CaseIterable {
    /// Every statement that writes fails.
    case readOnly = "ro"
    /// Reads and writes.
    case readWrite = "rw"
}

/// The right to open a session of one tenant: the outcome of finding the tenant and checking that all evidence agrees.
///
/// Only the code that has checked token, host and status makes one (`TenantGate`), or a trusted part of Bulkhead that
/// has no request; repositories ask for it instead of a bare id, so that an unchecked id cannot reach a table.
public struct TenantAccess: Sendable, Hashable {
    /// Whose session it may open.
    public let tenant: TenantID
    /// Whether it may write.
    public let mode: AccessMode
    /// On whose behalf.
    public let principal: Principal
    /// The limits that apply.
    public let tier: TierName
    /// The id of the request, for the audit trail; nil outside requests.
    public let requestID: String?
    /// When the answer is of no use any more; nil for the default of whoever does the work.
    public let deadline: ContinuousClock.Instant?

    /// States that everything has been checked; not for request handlers.
    package init(
        verified tenant: TenantID, mode: AccessMode, principal: Principal, tier: TierName, requestID: String? = nil,
        deadline: ContinuousClock.Instant? = nil
    ) {
        self.tenant = tenant
        self.mode = mode
        self.principal = principal
        self.tier = tier
        self.requestID = requestID
        self.deadline = deadline
    }

    /// The same right without that to write.
    public var readOnly: TenantAccess {
        TenantAccess(
            verified: self.tenant, mode: .readOnly, principal: self.principal, tier: self.tier,
            requestID: self.requestID, deadline: self.deadline)
    }
}
