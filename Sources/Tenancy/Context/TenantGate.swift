/// What a request offers as evidence of its tenant, in the order in which it counts.
public struct TenantEvidence: Sendable, Equatable {
    /// One piece of it.
    public struct Item: Sendable, Hashable {
        /// Where it was found, in a word for the audit trail: `host`, `token`, `header`.
        public var source: String
        /// The tenant that it names.
        public var tenant: TenantID
        /// Whether it says who asks rather than where the request is going.
        public var isCredential: Bool

        /// A piece of evidence.
        public init(source: String, tenant: TenantID, isCredential: Bool = false) {
            self.source = source
            self.tenant = tenant
            self.isCredential = isCredential
        }
    }

    /// The pieces; what counts most comes first.
    public var items: [Item]

    /// Evidence as found.
    public init(_ items: [Item]) {
        self.items = items
    }

    /// Evidence in the order that an installation has unless it wants another; nil for what the request does not carry.
    ///
    /// - Parameters:
    ///   - host: the tenant that the host names, if the host is a tenant's.
    ///   - claim: the `tenant_id` claim of a verified token.
    ///   - header: the tenant that a header from a trusted proxy names.
    public init(host: TenantID?, claim: TenantID?, header: TenantID?) {
        self.items = []
        if let claim { self.items.append(Item(source: "token", tenant: claim, isCredential: true)) }
        if let host { self.items.append(Item(source: "host", tenant: host)) }
        if let header { self.items.append(Item(source: "header", tenant: header)) }
    }
}

/// Decides which tenant a request is for: the first piece of evidence names it, and whatever is present must agree.
///
/// A value without I/O: the caller looks tenants up and acts on the answer.
public enum TenantGate {
    /// The answer.
    public enum Decision: Sendable, Equatable {
        /// All evidence names this tenant.
        case tenant(TenantID)
        /// Two pieces of evidence name different tenants: an attempt to cross over.
        ///
        /// The tenant addressed is where the request is going, by the first piece that is no credential; the one claimed
        /// is that of the first piece that says otherwise.
        case mismatch(addressed: TenantID, claimed: TenantID)
        /// Nothing names a tenant.
        case none
    }

    /// Weighs the evidence.
    public static func decide(_ evidence: TenantEvidence) -> Decision {
        let items = evidence.items
        guard let first = items.first else { return .none }
        let addressed = (items.first { !$0.isCredential } ?? first).tenant
        guard let other = items.first(where: { $0.tenant != addressed }) else { return .tenant(addressed) }
        return .mismatch(addressed: addressed, claimed: other.tenant)
    }
}
