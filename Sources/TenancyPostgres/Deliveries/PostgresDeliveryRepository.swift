public import Foundation
public import Postgres
public import Tenancy
import Workflow

/// Mail on its way, in `bulkhead.deliveries`.
public struct PostgresDeliveryRepository: DeliveryRepository, DeliveryQueue {
    private let client: PostgresClient
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
            throw DomainError.conflict("No mail is sent here: set mail.smtp in the configuration.")
        }
        return try await CatalogIdempotency.once(once, on: self.client) { transaction in
            let rows = try await transaction.query(DeliveryRow.select("WHERE d.id = \(id.uuid)::uuid FOR UPDATE"))
            guard let old = try rows.first.map(DeliveryRow.delivery) else { throw DomainError.notFound("delivery") }
            try await Self.check(old, in: transaction)
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

    private static func check(_ old: Delivery, in transaction: borrowing PostgresTransaction) async throws {
        if old.linkUsedAt != nil {
            throw DomainError.conflict("The link of this mail was used; there is nothing to resend.")
        }
        let rows = try await transaction.query(
            """
            SELECT t.status, EXISTS (
                SELECT 1 FROM bulkhead.deliveries d JOIN bulkhead.workflow_runs r ON r.id = d.run_id
                WHERE d.tenant_id = t.id AND d.kind = \(old.kind) AND r.status IN ('running', 'compensating'))
            FROM public.tenants t WHERE t.id = \(old.tenant.uuid)::uuid
            """)
        let (status, isTried) = try rows.first?.decode(String.self, Bool.self) ?? ("gone", false)
        guard let state = TenantStatus(rawValue: status), TenantStatus.living.contains(state) else {
            throw DomainError.conflict("The tenant is \(status); no mail is sent for it.")
        }
        if isTried {
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

    /// The mail, if it is still to be sent; see ``DeliveryQueue/pending(_:)``.
    public func pending(_ id: DeliveryID) async throws -> (delivery: Delivery, tenant: Tenant)? {
        guard let delivery = try await self.delivery(id), delivery.state == .queued || delivery.state == .deferred
        else { return nil }
        let rows = try await self.client.query(TenantRow.select("WHERE id = \(delivery.tenant.uuid)::uuid"))
        guard let tenant = try rows.first.map(TenantRow.tenant), TenantStatus.living.contains(tenant.status) else {
            return nil
        }
        return (delivery, tenant)
    }

    /// Remembers which link goes out; see ``DeliveryQueue/note(_:linkHash:expiresAt:permit:)``.
    public func note(
        _ id: DeliveryID, linkHash: [UInt8], expiresAt: Date, permit: WorkPermit
    ) async throws {
        _ = try await FencedClient(client: self.client).execute(
            [
                """
                UPDATE bulkhead.deliveries SET link_hash = \(linkHash)::bytea,
                    link_expires_at = \(expiresAt)::timestamptz, updated_at = greatest(clock_timestamp(), updated_at)
                WHERE id = \(id.uuid)::uuid
                """
            ], under: Fence(permit), isDurable: true)
    }

    /// Remembers what came of an attempt; see ``DeliveryQueue/finish(_:_:permit:)``.
    public func finish(_ id: DeliveryID, _ outcome: DeliveryOutcome, permit: WorkPermit) async throws {
        _ = try await FencedClient(client: self.client).execute(
            [
                """
                UPDATE bulkhead.deliveries
                SET state = \(outcome.state.rawValue), attempts = attempts + 1,
                    uncertain = uncertain + \(outcome.isUncertain ? 1 : 0)::int, reply_code = \(outcome.replyCode)::int,
                    reply = left(\(outcome.reply), 1000), updated_at = greatest(clock_timestamp(), updated_at),
                    sent_at = CASE WHEN \(outcome.state.rawValue)::text = 'sent' THEN clock_timestamp() END
                WHERE id = \(id.uuid)::uuid AND state IN ('queued', 'deferred')
                """
            ], under: Fence(permit), isDurable: true)
    }
}

extension Fence {
    /// The same right in the terms of the workflow.
    init(_ permit: WorkPermit) { self.init(run: RunID(permit.run), attempt: permit.attempt) }
}
