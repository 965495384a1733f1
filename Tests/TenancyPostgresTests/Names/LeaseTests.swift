import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite struct LeaseTests {
    @Test func oneAtATime() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let leases = PostgresLeases(client: bulkhead.control)
            let first = try #require(try await leases.acquire(.zone, by: "one", for: .seconds(60)))
            #expect(try await leases.acquire(.zone, by: "two", for: .seconds(60)) == nil)
            #expect(try await leases.acquire(.certificate, by: "two", for: .seconds(60)) != nil)
            #expect(try await leases.renew(first, for: .seconds(60)))
            try await leases.release(first)
            let second = try #require(try await leases.acquire(.zone, by: "two", for: .seconds(60)))
            #expect(second.number > first.number)
            // Whoever had it before has no say any more.
            #expect(try await !leases.renew(first, for: .seconds(60)))
            try await leases.release(first)
            #expect(try await leases.renew(second, for: .seconds(60)))
        }
    }

    @Test func whoeverSaysNothingLosesIt() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let leases = PostgresLeases(client: bulkhead.control)
            let lost = try #require(try await leases.acquire(.zone, by: "one", for: .seconds(60)))
            _ = try await bulkhead.database.execute("UPDATE bulkhead.leases SET until = clock_timestamp()")
            #expect(try await !leases.renew(lost, for: .seconds(60)))
            #expect(try await leases.acquire(.zone, by: "two", for: .seconds(60)) != nil)
            // A lease from the future, after the clock was set back, holds nobody up for ever.
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.leases SET until = clock_timestamp() + interval '2 days'")
            #expect(try await leases.acquire(.zone, by: "three", for: .seconds(60)) != nil)
        }
    }

    @Test func ofManyAtOnceOneGetsIt() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let leases = PostgresLeases(client: bulkhead.control)
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<16 {
                    group.addTask { try await leases.acquire(.zone, by: "\(number)", for: .seconds(60)) != nil }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
        }
    }
}
