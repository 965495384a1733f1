import ControlPlane
import Foundation
import Synchronization
import Tenancy
import Testing

/// Everything that a database would hold, in memory: the ports that the HTTP layer stands on.
final class MemoryCatalog: Sendable {
    struct Account: Sendable {
        var member: Member
        var passwordHash: String?
        var activation: [UInt8]?
    }
    struct State: Sendable {
        var tenants: [Tenant] = []
        var admins: [AdminID: (admin: GlobalAdmin, hash: String, isActive: Bool)] = [:]
        var members: [TenantID: [Account]] = [:]
        var clients: [TenantID: [Client]] = [:]
        var events: [AuditEvent] = []
        var deliveries: [Delivery] = []
        var answers: [String: (fingerprint: [UInt8], answer: StoredAnswer)] = [:]
        /// Whether work about tenants is done as soon as it is begun.
        var worksAtOnce = true
        var effects = 0
        var certificates: [CertificateStatus] = []
        var zoneReports: [ZoneReportKind: (report: ZoneReport, at: Date)] = [:]
        var clientCalls = 0
        var lookups = 0
        var adminChecks = 0
        var failure: (any Error)?
        var auditFailure: (any Error)?
    }
    let state = Mutex(State())
    let journal = MemoryJournal()

    /// Makes every call about rows fail from now on.
    func fail(with error: any Error) {
        self.state.withLock { $0.failure = error }
    }

    var events: [AuditEvent] { self.state.withLock { $0.events } }
    /// How often somebody asked for the tenant of a name.
    var lookups: Int { self.state.withLock { $0.lookups } }
    var clientCalls: Int { self.state.withLock { $0.clientCalls } }

    func setStatus(_ status: TenantStatus, of tenant: TenantID) {
        self.state.withLock { state in
            for index in state.tenants.indices where state.tenants[index].id == tenant {
                state.tenants[index].status = status
            }
        }
    }

    /// A time of which no microsecond is lost on the way.
    static let instant = Date(timeIntervalSince1970: 1_767_225_600.25)

    func addTenant(_ subdomain: String, status: TenantStatus = .active) throws -> Tenant {
        let id = TenantID.random()
        let label = try #require(Subdomain(stored: subdomain))
        let tenant = Tenant(
            id: id, name: subdomain.capitalized + " Ltd", subdomain: label, tier: TierName("standard"), status: status,
            placement: .ownSchema(of: id), createdAt: Self.instant, updatedAt: Self.instant, schemaVersion: 7,
            version: 1)
        self.state.withLock { $0.tenants.append(tenant) }
        return tenant
    }

    func addMember(
        _ email: String, _ role: MemberRole, of tenant: TenantID, hash: String? = nil,
        status: MemberStatus = .active, activation: [UInt8]? = nil
    ) throws -> Member {
        let member = Member(
            id: .random(), email: try #require(EmailAddress(email)), name: "Somebody", role: role, status: status,
            createdAt: Self.instant)
        self.state.withLock {
            $0.members[tenant, default: []].append(
                Account(member: member, passwordHash: hash, activation: activation))
        }
        return member
    }
}

extension MemoryCatalog: TenantDirectory, TenantRepository, TierRepository {
    func entry(for subdomain: Subdomain) async throws -> Tenant? {
        self.state.withLock { $0.lookups += 1 }
        return try await self.tenant(subdomain)
    }
    func entry(for id: TenantID) async throws -> Tenant? { try await self.tenant(id) }
    func tenant(_ id: TenantID) async throws -> Tenant? {
        self.state.withLock { $0.tenants.first { $0.id == id } }
    }
    func tenant(_ subdomain: Subdomain) async throws -> Tenant? {
        self.state.withLock { $0.tenants.first { $0.subdomain == subdomain } }
    }
    func tenants(_ page: PageRequest) async throws -> Page<Tenant> {
        self.state.withLock { state in
            let start = page.cursor.flatMap { cursor in state.tenants.firstIndex { $0.id.uuid == cursor.id } }
            let rest = state.tenants[(start.map { $0 + 1 } ?? 0)...]
            let items = Array(rest.prefix(page.limit))
            let next = rest.count > items.count ? items.last.map { PageCursor(microseconds: 1, id: $0.id.uuid) } : nil
            return Page(items: items, next: next)
        }
    }
    func intervene(
        _ intervention: TenantIntervention, with id: TenantID, reason: String?, by principal: Principal,
        requestID: String?
    ) async throws -> Tenant {
        guard let tenant = try await self.tenant(id) else { throw DomainError.notFound("tenant") }
        guard TenantStatus.living.contains(tenant.status) else { throw DomainError.conflict("not there") }
        self.setStatus(intervention.status, of: id)
        try await self.record(
            AuditEvent(
                actor: principal.auditName, action: "tenant.\(intervention.rawValue)", tenant: id,
                details: ["reason": reason ?? "-"], requestID: requestID))
        return try await self.tenant(id) ?? tenant
    }
    func tiers() async throws -> [Tier] { Tier.builtIn }
}

extension MemoryCatalog: AuditTrail {
    func record(_ event: AuditEvent) async throws {
        try self.state.withLock { state in
            if let failure = state.auditFailure { throw failure }
            state.events.append(event)
        }
    }
}

extension MemoryCatalog: AdminRepository {
    func credentials(_ email: EmailAddress) async throws -> (admin: GlobalAdmin, passwordHash: String)? {
        self.state.withLock { state in
            state.admins.values.first { $0.admin.email == email && $0.isActive }.map { ($0.admin, $0.hash) }
        }
    }
    func isActive(_ id: AdminID) async throws -> Bool {
        self.state.withLock { state in
            state.adminChecks += 1
            return state.admins[id]?.isActive ?? false
        }
    }
    func create(email: EmailAddress, name: String, passwordHash: String, by principal: Principal) async throws
        -> GlobalAdmin
    {
        let admin = GlobalAdmin(id: .random(), email: email, name: name, createdAt: Self.instant)
        self.state.withLock { $0.admins[admin.id] = (admin, passwordHash, true) }
        return admin
    }
    func startSession(of id: AdminID, refreshTokenHash: [UInt8], expiresAt: Date) async throws {}
}
