import ControlPlane
import Foundation
import Synchronization
import Tenancy
import Testing
import Workflow

/// Making, repairing and removing tenants: begun here, done by whoever writes the journal.
extension MemoryCatalog: TenantProvisioner {
    static let plan: [StepName] = ["schema", "welcomeMail"]

    var provisioning: ProvisioningService {
        ProvisioningService(
            tenants: self, journal: self.journal, workflows: ["tenant.provision", "tenant.repair", "tenant.remove"])
    }

    func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        let made = try self.once(once) { state in
            guard !state.tenants.contains(where: { $0.subdomain == new.subdomain }) else {
                throw DomainError.taken(field: "/subdomain", detail: "is taken; choose another name")
            }
            let id = TenantID.random()
            let tenant = Tenant(
                id: id, name: new.name, subdomain: new.subdomain, tier: new.tier, status: .provisioning,
                placement: .ownSchema(of: id), createdAt: Self.instant, updatedAt: Self.instant, schemaVersion: 7,
                version: 1)
            state.tenants.append(tenant)
            return tenant
        }
        self.work(made, "tenant.provision", then: .active)
        return made
    }

    func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant> {
        let repaired = try self.once(once) { state in
            guard let tenant = state.tenants.first(where: { $0.id == id }) else { throw DomainError.notFound("tenant") }
            guard tenant.status != .deleted else { throw DomainError.conflict("The tenant is deleted.") }
            return tenant
        }
        self.work(repaired, "tenant.repair", then: .active)
        return repaired
    }

    func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant {
        guard try await self.tenant(id) != nil else { throw DomainError.notFound("tenant") }
        self.setStatus(.deleting, of: id)
        let tenant = try #require(try await self.tenant(id))
        self.work(.done(tenant), "tenant.remove", then: .deleted)
        return tenant
    }

    func finish(_ id: TenantID) async throws -> Tenant {
        try await self.provisioning.wait(for: id, atMost: .seconds(5))
    }

    private func work(_ once: Once<Tenant>, _ workflow: WorkflowName, then status: TenantStatus) {
        guard case .done(let tenant) = once else { return }
        let run = self.journal.begin(about: tenant.id.description, workflow, plan: Self.plan)
        guard self.state.withLock({ $0.worksAtOnce }) else { return }
        self.complete(run, tenant.id, status)
    }

    /// Does the work that is under way about a tenant.
    func completeWork(about subdomain: String) async throws {
        let label = try #require(Subdomain(stored: subdomain))
        let found = try await self.tenant(label)
        let tenant = try #require(found)
        let run = try await self.provisioning.run(about: tenant.id)
        self.complete(run.header.id, tenant.id, .active)
    }

    func complete(_ run: RunID, _ tenant: TenantID, _ status: TenantStatus) {
        self.setStatus(status, of: tenant)
        self.journal.append(RunEvent(.completed), to: run)
    }

    /// What the real thing does in one transaction.
    private func once<Value>(
        _ call: IdempotentCall<Value>?, _ body: (inout State) throws -> sending Value
    ) throws -> Once<Value> {
        try self.state.withLock { state in
            if let failure = state.failure { throw failure }
            let name = call.map { "\($0.key.principal) \($0.key.route) \($0.key.key)" }
            if let call, let name, let stored = state.answers[name] {
                guard stored.fingerprint == call.key.fingerprint else { throw DomainError.idempotencyKeyReused }
                return .answered(stored.answer)
            }
            let value = try body(&state)
            state.effects += 1
            if let call, let name { state.answers[name] = (call.key.fingerprint, call.answer(value)) }
            return .done(value)
        }
    }
}

extension MemoryCatalog: IdempotencyRepository {
    func improve(
        _ key: IdempotencyKey, _ answer: StoredAnswer, to better: StoredAnswer
    ) async throws -> StoredAnswer {
        self.state.withLock { state in
            let name = "\(key.principal) \(key.route) \(key.key)"
            if state.answers[name]?.answer == answer { state.answers[name]?.answer = better }
            return state.answers[name]?.answer ?? better
        }
    }
    func removeExpired() async throws -> Int { 0 }
}

extension MemoryCatalog: DeliveryRepository {
    func addDelivery(of tenant: TenantID, _ change: (inout Delivery) -> Void = { _ in }) throws -> Delivery {
        let id = DeliveryID.random()
        var delivery = Delivery(
            id: id, tenant: tenant, kind: "welcome", recipient: try #require(EmailAddress("ann@acme.test")),
            recipientName: "Ann", messageID: "<\(id)@example.com>", state: .queued, attempts: 0, uncertain: 0,
            replyCode: nil, reply: nil, linkExpiresAt: nil, linkUsedAt: nil, resendOf: nil, createdAt: Self.instant,
            updatedAt: Self.instant, sentAt: nil)
        change(&delivery)
        self.state.withLock { [delivery] in $0.deliveries.append(delivery) }
        return delivery
    }

    func deliveries(of tenant: TenantID?, _ page: PageRequest) async throws -> Page<Delivery> {
        let all = self.state.withLock { $0.deliveries }.filter { tenant == nil || $0.tenant == tenant }
        let start = page.cursor.flatMap { cursor in all.firstIndex { $0.id.uuid == cursor.id } }
        let rest = all[(start.map { $0 + 1 } ?? 0)...]
        let items = Array(rest.prefix(page.limit))
        let next = rest.count > items.count ? items.last.map { PageCursor(microseconds: 1, id: $0.id.uuid) } : nil
        return Page(items: items, next: next)
    }

    func delivery(_ id: DeliveryID) async throws -> Delivery? {
        self.state.withLock { $0.deliveries.first { $0.id == id } }
    }

    func resend(
        _ id: DeliveryID, by principal: Principal, requestID: String?, once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery> {
        try self.once(once) { state in
            guard let old = state.deliveries.first(where: { $0.id == id }) else {
                throw DomainError.notFound("delivery")
            }
            guard old.linkUsedAt == nil else { throw DomainError.conflict("The link of this mail was used.") }
            let new = Delivery(
                id: .random(), tenant: old.tenant, kind: old.kind, recipient: old.recipient,
                recipientName: old.recipientName, messageID: "<new@example.com>", state: .queued, attempts: 0,
                uncertain: 0, replyCode: nil, reply: nil, linkExpiresAt: nil, linkUsedAt: nil, resendOf: old.id,
                createdAt: Self.instant, updatedAt: Self.instant, sentAt: nil)
            state.deliveries.append(new)
            return new
        }
    }

    func linkUsed(tokenHash: [UInt8], tenant: TenantID) async throws {}
}
