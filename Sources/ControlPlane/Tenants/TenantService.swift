public import Foundation
import Identity
public import Tenancy

/// What an operator does with tenants.
public struct TenantService: Sendable {
    private let tenants: any TenantRepository
    private let tiers: any TierRepository
    private let provisioner: any TenantProvisioner
    private let members: any MemberRepository
    private let audit: any AuditTrail
    private let baseURL: TenantURL
    private let now: @Sendable () -> Date

    /// How long an activation link works, in seconds: 24 hours.
    public static let activationLifetime: TimeInterval = 86_400

    /// A service over these ports.
    public init(
        tenants: any TenantRepository, tiers: any TierRepository, provisioner: any TenantProvisioner,
        members: any MemberRepository, audit: any AuditTrail, baseURL: TenantURL,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.tenants = tenants
        self.tiers = tiers
        self.provisioner = provisioner
        self.members = members
        self.audit = audit
        self.baseURL = baseURL
        self.now = now
    }

    /// Reserves the subdomain and starts making the tenant; see ``TenantProvisioner/begin(_:by:requestID:once:)``.
    ///
    /// - Throws: ``DomainError/taken(field:detail:)`` if the subdomain is; ``DomainError/idempotencyKeyReused``.
    public func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>? = nil
    ) async throws -> Once<Tenant> {
        try await self.provisioner.begin(new, by: principal, requestID: requestID, once: once)
    }

    /// Creates a tenant and does the work in the caller's task, unless a server does it first.
    ///
    /// - Throws: ``DomainError/taken(field:detail:)`` if the subdomain is; ``DomainError/conflict(_:)`` if the work came
    ///   to nothing, and then it is undone.
    public func create(_ new: NewTenant, by principal: Principal) async throws -> Tenant {
        guard case .done(let tenant) = try await self.begin(new, by: principal, requestID: nil) else {
            throw DomainError.conflict("The tenant was created before.")
        }
        return try await self.provisioner.finish(tenant.id)
    }

    /// Starts what a tenant lacks; see ``TenantProvisioner/repair(_:by:requestID:once:)``.
    public func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>? = nil
    ) async throws -> Once<Tenant> {
        try await self.provisioner.repair(id, by: principal, requestID: requestID, once: once)
    }

    /// Starts removing a tenant; see ``TenantProvisioner/remove(_:by:requestID:)``.
    public func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant {
        try await self.provisioner.remove(id, by: principal, requestID: requestID)
    }

    /// Does the work about a tenant in the caller's task; see ``TenantProvisioner/finish(_:)``.
    public func finish(_ id: TenantID) async throws -> Tenant {
        try await self.provisioner.finish(id)
    }

    /// The names of the tiers that exist, cheapest first; what `NewTenant` checks a tier against.
    public func tierNames() async throws -> [TierName] {
        try await self.tiers.tiers().map(\.name)
    }

    /// A page of all tenants, ordered by time of creation, then id.
    public func list(_ page: PageRequest) async throws -> Page<Tenant> {
        try await self.tenants.tenants(page)
    }

    /// One tenant.
    ///
    /// - Throws: ``DomainError/notFound(_:)``.
    public func get(_ id: TenantID) async throws -> Tenant {
        guard let tenant = try await self.tenants.tenant(id) else { throw DomainError.notFound("tenant") }
        return tenant
    }

    /// Restricts what requests to a tenant get, or lifts that; requests notice within seconds.
    ///
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` unless the tenant is there.
    public func intervene(
        _ intervention: TenantIntervention, with id: TenantID, reason: String?, by principal: Principal,
        requestID: String?
    ) async throws -> Tenant {
        try await self.tenants.intervene(
            intervention, with: id, reason: reason, by: principal, requestID: requestID)
    }

    /// Where a tenant is reached.
    public func url(of tenant: Tenant) -> String {
        self.baseURL.url(of: tenant.subdomain)
    }

    /// Makes a new activation link for the tenant's first administrator; the one before stops working.
    ///
    /// The link is handed out only after the audit trail has it. The link itself is in no row: only a hash is.
    ///
    /// - Parameter requestID: the id of the request, for the audit trail; nil outside requests.
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` unless the tenant is active or read-only
    ///   and its administrator may sign in.
    public func activationLink(for id: TenantID, by principal: Principal, requestID: String?) async throws
        -> ActivationLink
    {
        let tenant = try await self.get(id)
        guard tenant.status == .active || tenant.status == .readOnly else {
            throw DomainError.conflict(
                "The tenant is \(tenant.status.rawValue); only the administrator of an active tenant can be activated.")
        }
        let token = OpaqueToken.random()
        let expiresAt = self.now().addingTimeInterval(Self.activationLifetime)
        let access = TenantAccess(
            verified: tenant.id, mode: .readWrite, principal: principal, tier: tenant.tier, requestID: requestID)
        let member = try await self.members.replaceActivation(
            tokenHash: token.hash, expiresAt: expiresAt, in: access)
        try await self.audit.record(
            AuditEvent(
                actor: principal.auditName, action: "tenant.activationLink", tenant: tenant.id,
                details: ["member": member.id.description], requestID: requestID))
        let url = self.baseURL.activationURL(of: tenant.subdomain, token: token)
        return ActivationLink(url: url, expiresAt: expiresAt)
    }
}
