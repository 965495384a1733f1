/// What a request offers as evidence of its tenant.
public struct TenantEvidence: Sendable, Equatable {
    /// The tenant that the host names, if the host is a tenant's.
    public var host: TenantID?
    /// The `tenant_id` claim of a verified token.
    public var claim: TenantID?
    /// The tenant that a header from a trusted proxy names.
    public var header: TenantID?

    /// Evidence as found; nil for what the request does not carry.
    public init(host: TenantID?, claim: TenantID?, header: TenantID?) {
        self.host = host
        self.claim = claim
        self.header = header
    }
}

/// Decides which tenant a request is for: claim before host before header, and whatever is present must agree.
///
/// A value without I/O: the caller looks tenants up and acts on the answer.
public enum TenantGate {
    /// The answer.
    public enum Decision: Sendable, Equatable {
        /// All evidence names this tenant.
        case tenant(TenantID)
        /// Two pieces of evidence name different tenants: an attempt to cross over. The tenant is the one addressed.
        case mismatch(addressed: TenantID, claimed: TenantID)
        /// Nothing names a tenant.
        case none
    }

    /// Weighs the evidence.
    public static func decide(_ evidence: TenantEvidence) -> Decision {
        let addressed = evidence.host ?? evidence.header
        if let host = evidence.host, let header = evidence.header, host != header {
            return .mismatch(addressed: host, claimed: header)
        }
        if let claim = evidence.claim, let addressed, claim != addressed {
            return .mismatch(addressed: addressed, claimed: claim)
        }
        guard let tenant = evidence.claim ?? addressed else { return .none }
        return .tenant(tenant)
    }
}
