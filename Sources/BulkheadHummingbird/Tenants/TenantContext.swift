public import Logging
public import Tenancy

/// The tenant of a request, after all evidence agreed and its status let the request pass.
public struct TenantContext: Sendable {
    /// The tenant as the directory has it, a few seconds old at most.
    public let tenant: Tenant
    /// The right to open the tenant's sessions: read-only for methods that are safe (GET, HEAD, OPTIONS).
    public let access: TenantAccess
    /// When the answer is of no use any more.
    public let deadline: ContinuousClock.Instant
    /// Writes `request.id` and `tenant.id` with every line.
    public let logger: Logger
    /// What lends the tenant's sessions; nil if the middleware was given nothing that does.
    package let sessions: (any TenantSessionSource)?

    /// Who asks; ``Tenancy/Principal/anonymous`` on routes for strangers.
    public var principal: Principal { self.access.principal }
    /// Identifies the request.
    public var requestID: String? { self.access.requestID }

    init(
        tenant: Tenant, access: TenantAccess, deadline: ContinuousClock.Instant, logger: Logger,
        sessions: (any TenantSessionSource)? = nil
    ) {
        self.tenant = tenant
        self.access = access
        self.deadline = deadline
        self.logger = logger
        self.sessions = sessions
    }

    /// Gives up if nobody waits for the answer any more.
    ///
    /// - Throws: ``ProblemDetails/deadlineExceeded``.
    public func checkDeadline() throws(ProblemDetails) {
        guard self.deadline > .now else { throw .deadlineExceeded }
    }
}
