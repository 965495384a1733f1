import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Stored answers")
struct IdempotencyRepositoryTests {
    private static let key = IdempotencyKey(
        principal: "admin:1", route: "POST /things", key: "k", fingerprint: [UInt8](repeating: 1, count: 32))

    private static func answer(_ text: String, status: Int = 202) -> StoredAnswer {
        StoredAnswer(status: status, headers: ["x-test": text], body: Array(text.utf8))
    }

    private static func request(_ key: IdempotencyKey, _ bulkhead: BulkheadDatabase) async throws -> StoredAnswer {
        let call = IdempotentCall<String>(key: key) { Self.answer($0) }
        switch try await CatalogIdempotency.once(call, on: bulkhead.control, { _ in "first" }) {
        case .done: return Self.answer("first")
        case .answered(let stored): return stored
        }
    }

    @Test func aBetterAnswerTakesThePlaceOfTheOneItIsBetterThan() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let repository = PostgresIdempotencyRepository(client: bulkhead.control)
            let first = try await Self.request(Self.key, bulkhead)
            let better = Self.answer("better", status: 201)
            #expect(try await repository.improve(Self.key, first, to: better) == better)
            #expect(try await Self.request(Self.key, bulkhead) == better)
            // Whoever still knows the old one comes too late, and gives the one that all others give.
            #expect(try await repository.improve(Self.key, first, to: Self.answer("late", status: 201)) == better)
            #expect(try await Self.request(Self.key, bulkhead) == better)
        }
    }

    @Test func ofManyBetterAnswersAtOnceAllGiveTheSame() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let repository = PostgresIdempotencyRepository(client: bulkhead.control)
            let first = try await Self.request(Self.key, bulkhead)
            let given = try await withThrowingTaskGroup(of: StoredAnswer.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await repository.improve(Self.key, first, to: Self.answer("\(number)", status: 201))
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(given.count == 1 && given.first != first)
            #expect(try await Self.request(Self.key, bulkhead) == given.first)
        }
    }

    /// A key that is gone by now, and the key of another request.
    @Test func nothingIsStoredForARequestThatIsNotThere() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let repository = PostgresIdempotencyRepository(client: bulkhead.control)
            let (old, better) = (Self.answer("first"), Self.answer("better"))
            #expect(try await repository.improve(Self.key, old, to: better) == better)
            #expect(try await bulkhead.database.execute("SELECT count(*) FROM bulkhead.idempotency_keys") == "0")
            _ = try await Self.request(Self.key, bulkhead)
            var other = Self.key
            other.fingerprint[0] = 2
            await #expect(throws: DomainError.idempotencyKeyReused) {
                _ = try await repository.improve(other, old, to: better)
            }
            #expect(try await Self.request(Self.key, bulkhead) == old)
        }
    }

    @Test func whatIsOutOfDateIsRemovedSomeAtATime() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let repository = PostgresIdempotencyRepository(client: bulkhead.control)
            _ = try await Self.request(Self.key, bulkhead)
            _ = try await bulkhead.database.execute(
                """
                INSERT INTO bulkhead.idempotency_keys
                    (principal, route, key, fingerprint, status, headers, body, created_at, expires_at)
                SELECT 'admin:1', 'POST /things', 'old' || n, fingerprint, status, headers, body,
                       now() - interval '2 days', now() - interval '1 day' - n * interval '1 second'
                FROM bulkhead.idempotency_keys, generate_series(1, 1500) n
                """)
            #expect(try await repository.removeExpired() == 1000)
            // Those that have been out of date for longest go first.
            let left = "SELECT count(*), max(substr(key, 4)::int) FROM bulkhead.idempotency_keys WHERE key <> 'k'"
            #expect(try await bulkhead.database.execute(left) == "500|500")
            #expect(try await repository.removeExpired() == 500)
            #expect(try await repository.removeExpired() == 0)
            #expect(try await bulkhead.database.execute("SELECT key FROM bulkhead.idempotency_keys") == "k")
        }
    }
}
