import Identity
public import Logging
public import Tenancy

/// Holds back those who try passwords out: by account and by address, before a password is hashed.
///
/// An account is held back for longer and longer (`BackOff.signIn`), whether or not it exists; an address may try
/// fifty times at once, whatever the accounts. An account's success clears its count and not the address'; an address
/// from which it has signed in before is counted for itself, so that strangers lock nobody out. What begins to be held
/// back is in the audit trail once.
public struct SignInGuard: Sendable {
    /// What one address may try, whatever the accounts: 1,200 an hour.
    public static let addressLimit = RateLimit(perSecond: 1.0 / 3, burst: 50)
    /// How many activation links one address may try.
    public static let linkLimit = RateLimit(perSecond: 1.0 / 6, burst: 30)
    /// How often the audit trail hears of one address.
    private static let noticeLimit = RateLimit(perSecond: 1.0 / 3_600, burst: 1)

    /// An attempt that may be made.
    public struct Attempt: Sendable {
        let account: LimitSubject
        let address: IPAddress?
        let decision: AttemptDecision
        /// Whether the account is held back from now on.
        let begins: Bool
    }

    private let attempts: any AttemptLimiter
    private let addresses: any RateLimiter
    private let audit: any AuditTrail
    private let key: [UInt8]
    private let policy: BackOff
    private let logger: Logger

    /// A guard.
    ///
    /// - Parameters:
    ///   - attempts: counts by account.
    ///   - addresses: counts by address.
    ///   - audit: hears of what begins.
    ///   - key: makes the names of accounts unreadable; the same in all processes that count together.
    ///   - policy: how accounts are held back.
    public init(
        attempts: any AttemptLimiter, addresses: any RateLimiter, audit: any AuditTrail,
        key: [UInt8], policy: BackOff = .signIn, logger: Logger
    ) {
        self.attempts = attempts
        self.addresses = addresses
        self.audit = audit
        self.key = key
        self.policy = policy
        self.logger = logger
    }

    /// Lets an attempt to sign in begin, and counts it.
    ///
    /// - Parameters:
    ///   - email: as typed.
    ///   - tenant: whose member signs in; nil for an administrator.
    /// - Throws: ``DomainError/tooManyAttempts(limit:retryAfterSeconds:)``.
    public func admit(
        _ email: String, to tenant: TenantID?, from address: IPAddress?, requestID: String?
    ) async throws -> Attempt {
        try await self.charge("sign-in", Self.addressLimit, address, tenant, requestID)
        let account = AccountDigest.subject(email: email, tenant: tenant, key: self.key)
        let decision = await self.attempts.begin(account, from: LimitSubject(network: address), self.policy)
        guard decision.isAllowed else {
            throw DomainError.tooManyAttempts(limit: "account", retryAfterSeconds: Self.seconds(decision.wait))
        }
        return Attempt(
            account: account, address: address, decision: decision,
            begins: decision.attempts == self.policy.free + 1)
    }

    /// The password was right.
    public func succeeded(_ attempt: Attempt) async {
        await self.attempts.succeeded(
            attempt.account, from: LimitSubject(network: attempt.address), attempt.decision)
    }

    /// Whether the password was right was never found out: the attempt counts for nothing.
    public func withdrawn(_ attempt: Attempt) async {
        await self.attempts.withdrawn(attempt.account, from: LimitSubject(network: attempt.address), attempt.decision)
    }

    /// The password was wrong; what begins with this attempt is written down.
    ///
    /// - Parameter who: the account if there is one, else `unknown`; what was typed is written nowhere.
    public func failed(_ attempt: Attempt, who: String, tenant: TenantID?, requestID: String?) async {
        self.logger.notice(
            "Sign-in refused",
            metadata: [
                "account": .string(who), "client.address": .string(attempt.address?.description ?? "-"),
                "attempts": .stringConvertible(attempt.decision.attempts), "request.id": .string(requestID ?? "-"),
            ])
        guard attempt.begins else { return }
        await self.note(["limit": "account", "account": who], attempt.address, tenant, requestID)
    }

    /// Lets somebody try an activation link.
    ///
    /// - Throws: ``DomainError/tooManyAttempts(limit:retryAfterSeconds:)``.
    public func admitLink(to tenant: TenantID, from address: IPAddress?, requestID: String?) async throws {
        try await self.charge("link", Self.linkLimit, address, tenant, requestID)
    }

    // MARK: Parts

    private func charge(
        _ name: String, _ limit: RateLimit, _ address: IPAddress?, _ tenant: TenantID?, _ requestID: String?
    ) async throws {
        guard case .refused(let standing) = await self.addresses.take(name, limit, from: address) else { return }
        if await self.addresses.take("\(name)-notice", Self.noticeLimit, from: address).isAllowed {
            await self.note(["limit": "address", "attempt": name], address, tenant, requestID)
        }
        throw DomainError.tooManyAttempts(limit: "address", retryAfterSeconds: Self.seconds(standing.reset))
    }

    /// A refusal stays one, whatever becomes of the record.
    private func note(
        _ details: [String: String], _ address: IPAddress?, _ tenant: TenantID?, _ requestID: String?
    ) async {
        var details = details
        details["address"] = address?.description ?? "unknown"
        do {
            try await self.audit.record(
                AuditEvent(
                    actor: Principal.anonymous.auditName, action: "signIn.limited", tenant: tenant, details: details,
                    requestID: requestID))
        } catch {
            self.logger.error(
                "That attempts to sign in are held back is not recorded",
                metadata: ["error.debug": .string(String(reflecting: error))])
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> Int {
        max(1, Int((nanoseconds + 999_999_999) / 1_000_000_000))
    }
}
