import BulkheadServer
import Foundation
import Hummingbird

/// The accounts of a company and what is on them.
struct Accounts {
    struct Account: ResponseCodable {
        let id: UUID
        let name: String
        /// Debits less credits; over all accounts the sum is always 0.
        let balanceMinor: Int
    }

    struct NewAccount: Decodable {
        let name: String
    }

    func add(to router: RouterGroup<BulkheadContext>) {
        router.get { _, context in try await self.list(context) }
        router.post { request, context in try await self.open(request, context) }
    }

    /// One round trip.
    ///
    /// There is no `WHERE tenant_id = ...` to forget: other companies' rows are out of reach.
    private func list(_ context: BulkheadContext) async throws -> [Account] {
        let rows = try await context.requireMember().read(
            """
            SELECT a.id, a.name, coalesce(sum(CASE WHEN e.debit = a.id THEN e.amount_minor
                                                   WHEN e.credit = a.id THEN -e.amount_minor END), 0)::bigint
            FROM accounts a LEFT JOIN entries e ON a.id IN (e.debit, e.credit)
            GROUP BY a.id, a.name ORDER BY a.name
            """)
        return try rows.map { row in
            let (id, name, balance) = try row.decode(UUID.self, String.self, Int.self)
            return Account(id: id, name: name, balanceMinor: balance)
        }
    }

    private func open(_ request: Request, _ context: BulkheadContext) async throws -> EditedResponse<Account> {
        let tenant = try context.requireMember()
        let name = try await request.decode(as: NewAccount.self, context: context).name
        let id = UUID()
        try await tenant.withSession { session in
            _ = try await session.query("INSERT INTO accounts (id, name) VALUES (\(id)::uuid, \(name))")
        }
        return EditedResponse(status: .created, response: Account(id: id, name: name, balanceMinor: 0))
    }
}
