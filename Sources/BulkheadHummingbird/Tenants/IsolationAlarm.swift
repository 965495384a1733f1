public import Logging
public import Tenancy

/// Raises the alarm when somebody holds credentials of one tenant and knocks at another.
public struct IsolationAlarm: Sendable {
    /// How often one actor raises the alarm about one tenant: what repeats itself says nothing new, and each record is a
    /// write to the catalog that the actor has for the asking.
    static let limit = RateLimit(perSecond: 1.0 / 60, burst: 20)

    private let audit: any AuditTrail
    private let repetitions = LocalRateLimiter(capacity: 1024)

    /// An alarm that is written into `audit`.
    public init(audit: any AuditTrail) {
        self.audit = audit
    }

    /// What was attempted.
    public struct Violation: Sendable, Hashable {
        /// Who tried, as far as a verified token says.
        public var principal: Principal
        /// The host that was asked.
        public var host: String
        /// The tenant that was asked; nil on the admin host.
        public var addressed: TenantID?
        /// The tenant that the evidence names; nil if it names none, only a foreign audience.
        public var claimed: TenantID?
        /// What disagreed: `token`, `audience`, `host`, `header` or the name of a source.
        public var evidence: String

        /// An attempt.
        public init(
            principal: Principal, host: String, addressed: TenantID?, claimed: TenantID?, evidence: String
        ) {
            self.principal = principal
            self.host = host
            self.addressed = addressed
            self.claimed = claimed
            self.evidence = evidence
        }
    }

    /// Logs the attempt and writes it into the audit trail; returns when it is durable, or cannot be made so.
    ///
    /// Of what one
    /// actor repeats, twenty at once and one a minute.
    ///
    /// Never throws: the request is refused either way, and a full disk must not turn a refusal into something else.
    public func raise(_ violation: Violation, requestID: String, logger: Logger) async {
        guard self.isNews(violation) else {
            logger.debug("Isolation violation, again", metadata: ["actor": .string(violation.principal.auditName)])
            return
        }
        var details = ["host": violation.host, "evidence": violation.evidence]
        details["claimedTenant"] = violation.claimed?.description
        logger.error(
            "Isolation violation: evidence names another tenant",
            metadata: [
                "actor": .string(violation.principal.auditName),
                "host": .string(violation.host),
                "evidence": .string(violation.evidence),
                "tenant.addressed": .string(violation.addressed?.description ?? "-"),
                "tenant.claimed": .string(violation.claimed?.description ?? "-"),
            ])
        let event = AuditEvent(
            actor: violation.principal.auditName, action: "isolation.violation", tenant: violation.addressed,
            details: details, requestID: requestID)
        do {
            try await self.audit.record(event)
        } catch {
            logger.critical(
                "Isolation violation not recorded", metadata: ["error.debug": .string(String(reflecting: error))])
        }
    }

    private func isNews(_ violation: Violation) -> Bool {
        let actor: LimitSubject
        switch violation.principal {
        case .member(let id, _): actor = LimitSubject(id)
        case .admin(let id): actor = LimitSubject(id)
        case .anonymous, .system: actor = .everybody
        }
        let owner = violation.addressed.map { LimitSubject($0) } ?? .everybody
        return self.repetitions.takeNow(
            RateLimitCharge(owner: owner, [.init("alarm", actor, BucketRate(Self.limit))])
        ).isAllowed
    }
}
