import Foundation
public import Postgres
public import Tenancy
import Workflow

/// Mail on its way, in `bulkhead.deliveries`.
public struct PostgresDeliveryRepository: DeliveryRepository {
    let client: PostgresClient
    private let store: PostgresWorkflowStore
    /// The domain of the ids of mails; nil if no mail is sent.
    private let mailDomain: String?

    /// A repository through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient, store: PostgresWorkflowStore, mailDomain: String?) {
        self.client = client
        self.store = store
        self.mailDomain = mailDomain
    }

    /// A page of mails; see ``DeliveryRepository/deliveries(of:_:)``.
    public func deliveries(of tenant: TenantID?, _ page: PageRequest) async throws -> Page<Delivery> {
        let ownership: PostgresQueryPart = tenant.map { "d.tenant_id = \($0.uuid)::uuid" } ?? "true"
        let position: PostgresQueryPart =
            page.cursor.map { "(d.created_at, d.id) > (\($0.timestamp)::timestamptz, \($0.id)::uuid)" } ?? "true"
        let query = DeliveryRow.select(
            """
            WHERE \(part: ownership) AND \(part: position) ORDER BY d.created_at, d.id LIMIT \(page.limit + 1)::int
            """)
        let deliveries = try await self.client.query(query).map(DeliveryRow.delivery)
        return Page(cutting: deliveries, to: page.limit) { PageCursor(after: $0.createdAt, id: $0.id.uuid) }
    }

    /// One mail; see ``DeliveryRepository/delivery(_:)``.
    public func delivery(_ id: DeliveryID) async throws -> Delivery? {
        try await self.client.query(DeliveryRow.select("WHERE d.id = \(id.uuid)::uuid")).first.map(DeliveryRow.delivery)
    }

    /// Queues a mail anew; see ``DeliveryRepository/resend(_:by:requestID:once:)``.
    public func resend(
        _ id: DeliveryID, by principal: Principal, requestID: String?, once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery> {
        guard let domain = self.mailDomain else {
            throw DomainError.conflict("No mail is sent here: set mail.smtpHost in the configuration.")
        }
        return try await LockPatience.limited {
            try await self.resend(id, from: domain, by: principal, requestID: requestID, once: once)
        }
    }

    private func resend(
        _ id: DeliveryID, from domain: String, by principal: Principal, requestID: String?,
        once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery> {
        try await CatalogIdempotency.once(once, on: self.client) { transaction in
            _ = try await transaction.query(LockPatience.limit)
            let status = try await Self.lockTenant(of: id, in: transaction)
            let rows = try await transaction.query(DeliveryRow.select("WHERE d.id = \(id.uuid)::uuid"))
            guard let old = try rows.first.map(DeliveryRow.delivery) else { throw DomainError.notFound("delivery") }
            try await Self.check(old, status, in: transaction)
            let new = DeliveryRow.new(
                tenant: old.tenant, recipient: old.recipient, name: old.recipientName, domain: domain,
                resendOf: old.id)
            _ = try await transaction.query(new.insertion())
            _ = try await transaction.execute(self.store.starting(try new.run()))
            try await PostgresAuditTrail.append(
                AuditEvent(
                    actor: principal.auditName, action: "delivery.resend", tenant: old.tenant,
                    details: ["delivery": old.id.description, "as": DeliveryID(new.id).description],
                    requestID: requestID), in: transaction)
            let made = try await transaction.query(DeliveryRow.select("WHERE d.id = \(new.id)::uuid"))
            guard let delivery = try made.first.map(DeliveryRow.delivery) else {
                throw DomainError.notFound("delivery")
            }
            return delivery
        }
    }

    /// The status of the tenant that a mail is for, as it stays until the transaction ends.
    ///
    /// Whoever deletes the tenant locks the same row, behind the runs about it, of which none is locked here: either the
    /// deletion finds the new mail and takes it back, or it is known here. Others who resend wait, too.
    private static func lockTenant(
        of id: DeliveryID, in transaction: borrowing PostgresTransaction
    ) async throws -> TenantStatus? {
        let rows = try await transaction.query(
            """
            SELECT status FROM public.tenants
            WHERE id = (SELECT tenant_id FROM bulkhead.deliveries WHERE id = \(id.uuid)::uuid) FOR NO KEY UPDATE
            """)
        return try rows.first.flatMap { TenantStatus(rawValue: try $0[0].decode(String.self)) }
    }

    private static func check(
        _ old: Delivery, _ status: TenantStatus?, in transaction: borrowing PostgresTransaction
    ) async throws {
        if old.linkUsedAt != nil {
            throw DomainError.conflict("The link of this mail was used; there is nothing to resend.")
        }
        guard let status, TenantStatus.living.contains(status) else {
            throw DomainError.conflict("The tenant is \(status?.rawValue ?? "gone"); no mail is sent for it.")
        }
        let tried = try await transaction.query(
            """
            SELECT 1 FROM bulkhead.deliveries d JOIN bulkhead.workflow_runs r ON r.id = d.run_id
            WHERE d.tenant_id = \(old.tenant.uuid)::uuid AND d.kind = \(old.kind)
              AND r.status IN ('running', 'compensating') LIMIT 1
            """)
        guard tried.isEmpty else {
            throw DomainError.conflict("A mail of this kind is still being tried; wait for what comes of it.")
        }
    }

    /// Remembers that a link was used; see ``DeliveryRepository/linkUsed(tokenHash:tenant:)``.
    public func linkUsed(tokenHash: [UInt8], tenant: TenantID) async throws {
        _ = try await self.client.query(
            """
            UPDATE bulkhead.deliveries SET link_used_at = clock_timestamp(),
                updated_at = greatest(clock_timestamp(), updated_at)
            WHERE link_hash = \(tokenHash)::bytea AND tenant_id = \(tenant.uuid)::uuid AND link_used_at IS NULL
            """)
    }
}
