import Foundation
import Synchronization
import Tenancy

/// What the services did to their ports, in order, and what the ports answer.
final class Ports: Sendable {
    struct State {
        var tenants: [Tenant] = []
        var admins: [AdminAccount] = []
        var members: [MemberAccount] = []
        var open: Set<[UInt8]> = []
        var clients: [Client] = []
        var events: [AuditEvent] = []
        var calls: [String] = []
        var accesses: [TenantAccess] = []
        var stored: [[UInt8]] = []
        var expiries: [Date] = []
        var auditFails = false
        var deliveries: [Delivery] = []
        var noted: [[UInt8]] = []
        var replacedUntil: [Date?] = []
        /// Mails of which it is not known what came of the attempt.
        var handedOver: Set<DeliveryID> = []
        /// How many records of attempts are lost, as with a process that dies or a database that does not answer.
        var lostRecords = 0
        var used: [[UInt8]] = []
    }

    struct AdminAccount {
        var admin: GlobalAdmin
        var hash: String
    }

    struct MemberAccount {
        var member: Member
        var hash: String?
    }

    struct AuditBroken: Error {}

    private let mutex = Mutex(State())

    var state: State { self.mutex.withLock { $0 } }
    var calls: [String] { self.state.calls }

    func change<Value>(_ body: (inout State) throws -> sending Value) rethrows -> Value {
        try self.mutex.withLock { try body(&$0) }
    }

    func note(_ call: String, in access: TenantAccess? = nil) {
        self.change { state in
            state.calls.append(call)
            if let access { state.accesses.append(access) }
        }
    }
}

extension Ports: AuditTrail {
    func record(_ event: AuditEvent) async throws {
        try self.change { state in
            if state.auditFails { throw AuditBroken() }
            state.events.append(event)
        }
    }
}

extension Ports: TenantRepository, TierRepository, TenantProvisioner {
    func tenants(_ page: PageRequest) async throws -> Page<Tenant> { Page(items: self.state.tenants, next: nil) }

    func tenant(_ id: TenantID) async throws -> Tenant? { self.state.tenants.first { $0.id == id } }

    func tenant(_ subdomain: Subdomain) async throws -> Tenant? {
        self.state.tenants.first { $0.subdomain == subdomain }
    }

    func intervene(
        _ intervention: TenantIntervention, with id: TenantID, reason: String?, by principal: Principal,
        requestID: String?
    ) async throws -> Tenant {
        self.note("\(intervention.rawValue) by \(principal.auditName): \(reason ?? "-")")
        return try await self.existing(id)
    }

    func tiers() async throws -> [Tier] { Tier.builtIn }

    func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        try self.change { state in
            guard !state.tenants.contains(where: { $0.subdomain == new.subdomain }) else {
                throw DomainError.taken(field: "/subdomain", detail: "is taken")
            }
            let tenant = Examples.tenant(new.subdomain.description, .provisioning)
            state.tenants.append(tenant)
            state.calls.append("begin by \(principal.auditName)")
            return .done(tenant)
        }
    }

    func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        self.note("repair by \(principal.auditName)")
        return .done(try await self.existing(id))
    }

    func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant {
        self.note("remove by \(principal.auditName)")
        return try await self.existing(id)
    }

    func finish(_ id: TenantID) async throws -> Tenant {
        try self.change { state in
            guard let index = state.tenants.firstIndex(where: { $0.id == id }) else {
                throw DomainError.notFound("tenant")
            }
            state.tenants[index].status = .active
            state.calls.append("finish")
            return state.tenants[index]
        }
    }

    private func existing(_ id: TenantID) async throws -> Tenant {
        guard let tenant = try await self.tenant(id) else { throw DomainError.notFound("tenant") }
        return tenant
    }
}

extension Ports: AdminRepository {
    func credentials(_ email: EmailAddress) async throws -> (admin: GlobalAdmin, passwordHash: String)? {
        self.note("credentials \(email)")
        return self.state.admins.first { $0.admin.email == email }.map { ($0.admin, $0.hash) }
    }

    func isActive(_ id: AdminID) async throws -> Bool { self.state.admins.contains { $0.admin.id == id } }

    func create(email: EmailAddress, name: String, passwordHash: String, by principal: Principal) async throws
        -> GlobalAdmin
    {
        try self.change { state in
            guard !state.admins.contains(where: { $0.admin.email == email }) else {
                throw DomainError.taken(field: "/email", detail: "is taken")
            }
            let admin = GlobalAdmin(id: .random(), email: email, name: name, createdAt: Date())
            state.admins.append(AdminAccount(admin: admin, hash: passwordHash))
            return admin
        }
    }

    func startSession(of id: AdminID, refreshTokenHash: [UInt8], expiresAt: Date) async throws {
        self.change { state in
            state.stored.append(refreshTokenHash)
            state.expiries.append(expiresAt)
            state.calls.append("startSession \(id)")
        }
    }
}

extension Ports: MemberRepository {
    func credentials(_ email: EmailAddress, in access: TenantAccess) async throws
        -> (member: Member, passwordHash: String)?
    {
        self.note("credentials \(email)", in: access)
        guard let account = self.state.members.first(where: { $0.member.email == email }), let hash = account.hash
        else { return nil }
        return (account.member, hash)
    }

    func confirm(_ access: TenantAccess) async throws {
        self.note("confirm", in: access)
    }

    func replaceActivation(tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess) async throws -> Member {
        try self.change { state in
            guard let account = state.members.first else { throw DomainError.notFound("member") }
            guard account.member.status != .disabled else { throw DomainError.conflict("disabled") }
            state.open = [tokenHash]
            state.expiries.append(expiresAt)
            state.accesses.append(access)
            return account.member
        }
    }

    func activate(tokenHash: [UInt8], passwordHash: String, in access: TenantAccess) async throws -> Member {
        try self.change { state in
            state.calls.append("activate")
            guard state.open.remove(tokenHash) != nil else { throw DomainError.linkGone }
            state.members[0].hash = passwordHash
            state.members[0].member.status = .active
            return state.members[0].member
        }
    }

    func openActivation(
        tokenHash: [UInt8], expiresAt: Date, replacingUntil: Date?, in access: TenantAccess
    ) async throws -> ActivationOpening {
        self.change { state in
            guard state.members.first?.member.status == .invited else { return .notNeeded }
            state.replacedUntil.append(replacingUntil)
            guard state.open.isSubset(of: [tokenHash]) || replacingUntil != nil else { return .otherLinkOpen }
            state.open = [tokenHash]
            state.expiries.append(expiresAt)
            state.accesses.append(access)
            return .opened
        }
    }

    func isActivationOpen(tokenHash: [UInt8], in access: TenantAccess) async throws -> Bool {
        self.note("isActivationOpen", in: access)
        return self.state.open.contains(tokenHash)
    }

    func startSession(
        of id: UserID, passwordHash: String, refreshTokenHash: [UInt8], expiresAt: Date, in access: TenantAccess
    ) async throws {
        self.change { state in
            state.stored.append(refreshTokenHash)
            state.expiries.append(expiresAt)
            state.accesses.append(access)
            state.calls.append("startSession \(id)")
        }
    }
}

extension Ports: DeliveryRepository {
    func deliveries(of tenant: TenantID?, _ page: PageRequest) async throws -> Page<Delivery> {
        Page(items: self.state.deliveries.filter { tenant == nil || $0.tenant == tenant }, next: nil)
    }

    func delivery(_ id: DeliveryID) async throws -> Delivery? { self.state.deliveries.first { $0.id == id } }

    func resend(
        _ id: DeliveryID, by principal: Principal, requestID: String?, once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery> {
        guard let delivery = try await self.delivery(id) else { throw DomainError.notFound("delivery") }
        self.note("resend by \(principal.auditName)")
        return .done(delivery)
    }

    func linkUsed(tokenHash: [UInt8], tenant: TenantID) async throws {
        try self.change { state in
            if state.auditFails { throw AuditBroken() }
            state.used.append(tokenHash)
        }
    }
}

extension Ports: DeliveryQueue {
    func pending(_ id: DeliveryID) async throws -> (delivery: Delivery, tenant: Tenant?)? {
        guard let delivery = try await self.delivery(id), delivery.state == .queued || delivery.state == .deferred
        else { return nil }
        return (delivery, try await self.tenant(delivery.tenant))
    }

    func note(_ id: DeliveryID, linkHash: [UInt8], expiresAt: Date, permit: WorkPermit) async throws -> Int {
        try self.change { state in
            state.noted.append(linkHash)
            guard let index = state.deliveries.firstIndex(where: { $0.id == id }) else {
                throw DomainError.notFound("delivery")
            }
            if state.handedOver.remove(id) != nil { state.deliveries[index].uncertain += 1 }
            return state.deliveries[index].uncertain
        }
    }

    func handOver(_ id: DeliveryID, permit: WorkPermit) async throws -> Bool {
        self.change { state in
            guard state.deliveries.contains(where: { $0.id == id && $0.state != .cancelled }) else { return false }
            state.handedOver.insert(id)
            return true
        }
    }

    func finish(_ id: DeliveryID, _ outcome: DeliveryOutcome, permit: WorkPermit) async throws {
        // A client whose task was cancelled writes nothing.
        try Task.checkCancellation()
        try self.change { state in
            guard let index = state.deliveries.firstIndex(where: { $0.id == id }) else { return }
            if state.lostRecords > 0 {
                state.lostRecords -= 1
                throw AuditBroken()
            }
            state.handedOver.remove(id)
            state.deliveries[index].state = outcome.state
            state.deliveries[index].attempts += 1
            state.deliveries[index].uncertain += outcome.isUncertain ? 1 : 0
            state.deliveries[index].replyCode = outcome.replyCode
            state.deliveries[index].reply = outcome.reply
        }
    }
}

extension Ports: ClientRepository {
    func clients(_ page: PageRequest, in access: TenantAccess) async throws -> Page<Client> {
        self.note("clients", in: access)
        return Page(items: self.state.clients, next: nil)
    }

    func client(_ id: ClientID, in access: TenantAccess) async throws -> Client? {
        self.note("client", in: access)
        return self.state.clients.first { $0.id == id }
    }

    func create(_ draft: ClientDraft, in access: TenantAccess) async throws -> Client {
        self.note("create", in: access)
        return self.change { state in
            let client = Client(
                id: .random(), name: draft.name, email: draft.email, phone: draft.phone, notes: draft.notes, version: 1,
                createdAt: Date(), updatedAt: Date())
            state.clients.append(client)
            return client
        }
    }

    func update(_ id: ClientID, to draft: ClientDraft, ifVersion version: Int?, in access: TenantAccess) async throws
        -> Client
    {
        self.note("update", in: access)
        return try self.change { state in
            guard let index = state.clients.firstIndex(where: { $0.id == id }) else {
                throw DomainError.notFound("client")
            }
            if let version, state.clients[index].version != version { throw DomainError.preconditionFailed }
            state.clients[index].name = draft.name
            state.clients[index].version += 1
            return state.clients[index]
        }
    }

    func delete(_ id: ClientID, ifVersion version: Int?, in access: TenantAccess) async throws {
        self.note("delete", in: access)
        self.change { $0.clients.removeAll { $0.id == id } }
    }
}
