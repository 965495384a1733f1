/// Something worth remembering about the installation as a whole.
public struct AuditEvent: Sendable, Hashable {
    /// Who did it, as ``Principal/auditName`` gives it.
    public var actor: String
    /// What was done, as `noun.verb`: `tenant.create`, `isolation.violation`.
    public var action: String
    /// To which tenant, if to one.
    public var tenant: TenantID?
    /// Details without secrets and without rows of tenants.
    public var details: [String: String]
    /// The id of the request, if there was one.
    public var requestID: String?

    /// An event as it will be written.
    public init(
        actor: String, action: String, tenant: TenantID?, details: [String: String] = [:], requestID: String? = nil
    ) {
        self.actor = actor
        self.action = action
        self.tenant = tenant
        self.details = details
        self.requestID = requestID
    }
}

/// The catalog's audit trail: append-only, hash-chained.
public protocol AuditTrail: Sendable {
    /// Appends an event; returns when it is durable.
    func record(_ event: AuditEvent) async throws
}
