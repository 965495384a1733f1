import Foundation
import Postgres
import Synchronization
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Requests that are made again")
struct CatalogIdempotencyTests {
    private struct Refused: Error {}

    private static func key(
        _ key: String = "k", principal: String = "admin:1", route: String = "POST /things", body: UInt8 = 1
    ) -> IdempotencyKey {
        IdempotencyKey(
            principal: principal, route: route, key: key, fingerprint: [UInt8](repeating: body, count: 32))
    }

    private static func answer(_ text: String, status: Int = 202) -> StoredAnswer {
        StoredAnswer(status: status, headers: ["location": "/things/\(text)"], body: Array(text.utf8))
    }

    /// Makes the request; its effect is a row in the trail.
    private static func request(
        _ key: IdempotencyKey, _ bulkhead: BulkheadDatabase, effect: String = "done",
        meanwhile: () async throws -> Void = {}
    ) async throws -> Once<String> {
        let call = IdempotentCall<String>(key: key) { Self.answer($0) }
        return try await CatalogIdempotency.once(call, on: bulkhead.control) { transaction in
            try await PostgresAuditTrail.append(
                AuditEvent(actor: "test", action: "test.\(effect)", tenant: nil), in: transaction)
            try await meanwhile()
            return effect
        }
    }

    private static func effects(_ bulkhead: BulkheadDatabase) async throws -> String {
        try await bulkhead.database.execute("SELECT count(*) FROM bulkhead.audit_log WHERE action LIKE 'test.%'")
    }

    private static func expire(_ key: String, _ bulkhead: BulkheadDatabase) async throws {
        _ = try await bulkhead.database.execute(
            "UPDATE bulkhead.idempotency_keys SET created_at = created_at - interval '25 hours', "
                + "expires_at = expires_at - interval '25 hours' WHERE key = '\(key)'")
    }

    private static func isDone(_ once: Once<String>, _ effect: String = "done") -> Bool {
        if case .done(let value) = once { return value == effect }
        return false
    }

    private static func stored(_ once: Once<String>) -> StoredAnswer? {
        if case .answered(let answer) = once { return answer }
        return nil
    }

    @Test func theAnswerIsGivenAgainForADay() async throws {
        try await BulkheadDatabase.with { bulkhead in
            #expect(Self.isDone(try await Self.request(Self.key(), bulkhead)))
            let again = try await Self.request(Self.key(), bulkhead, effect: "again")
            #expect(Self.stored(again) == Self.answer("done"))
            let hours = try await bulkhead.database.execute(
                "SELECT round(extract(epoch FROM expires_at - created_at) / 3600) FROM bulkhead.idempotency_keys")
            #expect(hours == "24")
            // Then it is a request like any other, and its answer the one that is given again.
            try await Self.expire("k", bulkhead)
            #expect(Self.isDone(try await Self.request(Self.key(), bulkhead, effect: "anew"), "anew"))
            #expect(Self.stored(try await Self.request(Self.key(), bulkhead)) == Self.answer("anew"))
            #expect(try await Self.effects(bulkhead) == "2")
        }
    }

    /// Out of date, it belongs to no request any more, and so not to another one either.
    @Test func anExpiredKeyIsFreeForAnotherRequest() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await Self.request(Self.key(), bulkhead)
            try await Self.expire("k", bulkhead)
            #expect(Self.isDone(try await Self.request(Self.key(body: 2), bulkhead)))
        }
    }

    @Test func anotherPrincipalRouteOrKeyIsAnotherRequest() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let keys = [
                Self.key(), Self.key(principal: "admin:2"), Self.key(route: "POST /others"), Self.key("l"),
                // Nothing is gained by moving characters from one part to the next.
                Self.key("k", principal: "admin:1", route: "POST /thing"), Self.key("sk", route: "POST /thing"),
            ]
            for key in keys {
                let first = try await Self.request(key, bulkhead)
                #expect(Self.isDone(first))
            }
            for key in keys {
                let second = try await Self.request(key, bulkhead)
                #expect(Self.stored(second) != nil)
            }
            #expect(try await Self.effects(bulkhead) == "\(keys.count)")
        }
    }

    @Test func anotherBodyWithTheKeyIsAMistake() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await Self.request(Self.key(), bulkhead)
            await #expect(throws: DomainError.idempotencyKeyReused) {
                _ = try await Self.request(Self.key(body: 2), bulkhead)
            }
            #expect(Self.stored(try await Self.request(Self.key(), bulkhead)) != nil)
            #expect(try await Self.effects(bulkhead) == "1")
        }
    }

    @Test func ofTwoAtOnceTheSecondWaitsForTheAnswerOfTheFirst() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await withThrowingTaskGroup(of: Once<String>.self) { group in
                let first = try await Self.request(Self.key(), bulkhead) {
                    group.addTask { try await Self.request(Self.key(), bulkhead, effect: "second") }
                    try await Self.untilSomebodyWaits(bulkhead)
                }
                #expect(Self.isDone(first))
                let second = try await group.next()
                #expect(second.flatMap(Self.stored) == Self.answer("done"))
            }
            #expect(try await Self.effects(bulkhead) == "1")
        }
    }

    @Test func ofTwoAtOnceTheSecondHasTheEffectIfTheFirstFails() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await withThrowingTaskGroup(of: Once<String>.self) { group in
                await #expect(throws: Refused.self) {
                    _ = try await Self.request(Self.key(), bulkhead) {
                        group.addTask { try await Self.request(Self.key(), bulkhead, effect: "second") }
                        try await Self.untilSomebodyWaits(bulkhead)
                        throw Refused()
                    }
                }
                let second = try await group.next()
                #expect(second.map { Self.isDone($0, "second") } == true)
            }
            #expect(try await Self.effects(bulkhead) == "1")
        }
    }

    @Test func theSecondDoesNotWaitForEver() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await Self.request(Self.key(), bulkhead) {
                let began = ContinuousClock.now
                let error = await #expect(throws: DomainError.self) {
                    _ = try await Self.request(Self.key(), bulkhead)
                }
                #expect(ContinuousClock.now - began < .seconds(20))
                if case .conflict(let text) = error {
                    #expect(text.contains("Idempotency-Key"))
                } else {
                    Issue.record("\(String(describing: error))")
                }
            }
        }
    }

    /// Until a second transaction queues behind the first.
    private static func untilSomebodyWaits(_ bulkhead: BulkheadDatabase) async throws {
        try await eventually {
            try await bulkhead.database.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                    + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == "1"
        }
    }
}
