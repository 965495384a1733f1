public import Foundation
import Postgres
public import Tenancy
import Workflow

extension PostgresDeliveryRepository: DeliveryQueue {
    /// The mail, if it is still to be sent; see ``DeliveryQueue/pending(_:)``.
    public func pending(_ id: DeliveryID) async throws -> (delivery: Delivery, tenant: Tenant?)? {
        // One that was cancelled in the middle of an attempt of which nothing was heard since is not to be sent, but
        // somebody has to write down that it may have arrived.
        let rows = try await self.client.query(
            DeliveryRow.select(
                """
                WHERE d.id = \(id.uuid)::uuid
                  AND (d.state IN ('queued', 'deferred') OR d.state = 'cancelled' AND d.handed_over_at IS NOT NULL)
                """))
        guard let delivery = try rows.first.map(DeliveryRow.delivery) else { return nil }
        let tenants = try await self.client.query(TenantRow.select("WHERE id = \(delivery.tenant.uuid)::uuid"))
        let tenant = try tenants.first.map(TenantRow.tenant)
        guard let tenant, TenantStatus.living.contains(tenant.status), delivery.state != .cancelled else {
            return (delivery, nil)
        }
        return (delivery, tenant)
    }

    /// Remembers which link goes out; see ``DeliveryQueue/note(_:linkHash:expiresAt:permit:)``.
    public func note(_ id: DeliveryID, linkHash: [UInt8], expiresAt: Date, permit: WorkPermit) async throws -> Int {
        let answers = try await self.fenced(
            """
            UPDATE bulkhead.deliveries
            SET link_hash = \(linkHash)::bytea, link_expires_at = \(expiresAt)::timestamptz, handed_over_at = NULL,
                attempts = attempts + (handed_over_at IS NOT NULL)::int,
                uncertain = uncertain + (handed_over_at IS NOT NULL)::int,
                state = CASE WHEN state = 'queued' AND handed_over_at IS NOT NULL THEN 'deferred' ELSE state END,
                reply_code = CASE WHEN handed_over_at IS NULL THEN reply_code END,
                reply = CASE WHEN handed_over_at IS NULL THEN reply ELSE \(Self.silence) END,
                updated_at = greatest(clock_timestamp(), updated_at)
            WHERE id = \(id.uuid)::uuid RETURNING uncertain
            """, permit)
        guard let row = answers.first else { throw DomainError.notFound("delivery") }
        return try row[0].decode(Int.self)
    }

    /// Remembers that a mail is about to leave; see ``DeliveryQueue/handOver(_:permit:)``.
    public func handOver(_ id: DeliveryID, permit: WorkPermit) async throws -> Bool {
        let answer = try await self.fenced(
            """
            UPDATE bulkhead.deliveries
            SET handed_over_at = clock_timestamp(), updated_at = greatest(clock_timestamp(), updated_at)
            WHERE id = \(id.uuid)::uuid AND state IN ('queued', 'deferred')
            """, permit)
        return answer.affectedRows == 1
    }

    /// Remembers what came of an attempt; see ``DeliveryQueue/finish(_:_:permit:)``.
    public func finish(_ id: DeliveryID, _ outcome: DeliveryOutcome, permit: WorkPermit) async throws {
        let state = outcome.state.rawValue
        // To cancel is no attempt, but may come behind one of which nothing was heard.
        let lost: PostgresQueryPart =
            outcome.state == .cancelled ? "(handed_over_at IS NOT NULL)::int" : "0"
        _ = try await self.fenced(
            """
            UPDATE bulkhead.deliveries
            SET state = CASE WHEN state = 'cancelled' AND \(state)::text = 'deferred' THEN state ELSE \(state)::text END,
                attempts = attempts + \(outcome.state == .cancelled ? 0 : 1)::int + \(part: lost),
                uncertain = uncertain + \(outcome.isUncertain ? 1 : 0)::int + \(part: lost),
                reply_code = \(outcome.replyCode)::int, reply = left(\(outcome.reply), 1000), handed_over_at = NULL,
                updated_at = greatest(clock_timestamp(), updated_at),
                sent_at = CASE WHEN \(state)::text = 'sent' THEN clock_timestamp() END
            WHERE id = \(id.uuid)::uuid AND state IN ('queued', 'deferred', 'cancelled')
            """, permit)
    }

    /// What stands for the reply to an attempt that ended before it could write down what came of it.
    private static let silence =
        "The attempt ended before it was known whether the mail server took the mail; it may have arrived."

    /// Writes for an attempt that was not given up, for good: behind it comes what no transaction can take back.
    private func fenced(_ query: PostgresQuery, _ permit: WorkPermit) async throws -> PostgresRows {
        try await FencedClient(client: self.client).execute([query], under: permit.fence)[0]
    }
}
