import BulkheadServer
import Foundation
import Hummingbird

/// What was booked: an amount from one account to another, so that the books balance whatever happens.
struct Entries {
    struct Entry: ResponseCodable {
        let id: UUID
        let debit: UUID
        let credit: UUID
        let amountMinor: Int
        let memo: String
        let bookedAt: Date
    }

    struct NewEntry: Decodable {
        let debit: UUID
        let credit: UUID
        let amountMinor: Int
        let memo: String
    }

    func add(to router: RouterGroup<BulkheadContext>) {
        router.get { _, context in try await self.list(context) }
        router.post { request, context in try await self.book(request, context) }
    }

    private func list(_ context: BulkheadContext) async throws -> [Entry] {
        let rows = try await context.requireMember().read(
            """
            SELECT id, debit, credit, amount_minor, memo, booked_at FROM entries
            ORDER BY tenant_id DESC, booked_at DESC, id DESC LIMIT 100
            """)
        return try rows.map(Self.entry)
    }

    private func book(_ request: Request, _ context: BulkheadContext) async throws -> EditedResponse<Entry> {
        let tenant = try context.requireMember()
        guard case .member(let user, let role) = tenant.principal, role != .viewer else {
            throw ProblemDetails.forbidden("Viewers may look at the books, and not write in them.")
        }
        let new = try await request.decode(as: NewEntry.self, context: context)
        let entry = try await tenant.withSession { session in
            let rows = try await session.query(
                """
                INSERT INTO entries (debit, credit, amount_minor, memo, booked_by)
                VALUES (\(new.debit)::uuid, \(new.credit)::uuid, \(new.amountMinor)::bigint, \(new.memo),
                    \(user.uuid)::uuid)
                RETURNING id, debit, credit, amount_minor, memo, booked_at
                """)
            // In the same transaction: what is in the books is in the company's audit trail, and nothing else.
            try await session.audit(TenantAuditEntry(action: "entry.book"))
            return try Self.entry(rows[0])
        }
        tenant.logger.info("Booked", metadata: ["entry": "\(entry.id)"])
        return EditedResponse(status: .created, response: entry)
    }

    private static func entry(_ row: PostgresRow) throws -> Entry {
        let (id, debit, credit, amount, memo, bookedAt) = try row.decode(
            UUID.self, UUID.self, UUID.self, Int.self, String.self, Date.self)
        return Entry(id: id, debit: debit, credit: credit, amountMinor: amount, memo: memo, bookedAt: bookedAt)
    }
}
