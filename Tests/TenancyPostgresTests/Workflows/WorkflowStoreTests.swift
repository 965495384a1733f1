import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Workflow store")
struct WorkflowStoreTests {
    private static let workflow: WorkflowName = "test.flow"

    private static func header(_ subject: String, steps: [StepName] = ["one", "two"]) -> RunHeader {
        RunHeader(id: .random(), workflow: self.workflow, subject: subject, input: ["n": 1], plan: steps)
    }

    private static func start(_ header: RunHeader, _ bulkhead: BulkheadDatabase) async throws {
        let batch = PostgresBatch(bulkhead.store.starting(header), transaction: .explicit(.readWrite))
        _ = try await bulkhead.control.execute(batch)
    }

    private static func request(_ lease: Duration = .seconds(30), only: RunID? = nil) -> ClaimRequest {
        ClaimRequest(workflows: [self.workflow: ["one", "two"]], worker: "w", lease: lease, only: only)
    }

    @Test func aRunIsClaimedOnceAndComesWithItsJournal() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let header = Self.header("a")
            try await Self.start(header, bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(claimed.header == header)
            #expect(claimed.events.map(\.event.kind) == [.started])
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
        }
    }

    @Test func ofManyWorkersEachGetsAnother() async throws {
        try await BulkheadDatabase.with { bulkhead in
            for number in 0..<20 { try await Self.start(Self.header("s\(number)"), bulkhead) }
            let claimed = try await withThrowingTaskGroup(of: RunID?.self) { group in
                for _ in 0..<40 { group.addTask { try await bulkhead.store.claim(Self.request())?.header.id } }
                return try await group.reduce(into: []) { $0.append($1) }
            }.compactMap { $0 }
            #expect(claimed.count == Set(claimed).count)
            // SKIP LOCKED may leave one for the next round, never give one out twice.
            var rest = 0
            while try await bulkhead.store.claim(Self.request()) != nil { rest += 1 }
            #expect(claimed.count + rest == 20)
        }
    }

    @Test func runsAboutOneSubjectComeOneAfterTheOther() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (first, second) = (Self.header("a"), Self.header("a"))
            try await Self.start(first, bulkhead)
            try await Self.start(second, bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(claimed.header.id == first.id)
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
            _ = try await bulkhead.store.record([RunEvent(.completed)], under: claimed.fence, then: .end(.completed))
            #expect(try await bulkhead.store.claim(Self.request())?.header.id == second.id)
        }
    }

    @Test func aRunWithAnUnknownStepIsLeftForANewerWorker() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await Self.start(Self.header("a", steps: ["one", "three"]), bulkhead)
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
        }
    }

    @Test func whoeverLostTheLeaseCannotWrite() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let header = Self.header("a")
            try await Self.start(header, bulkhead)
            let old = try #require(try await bulkhead.store.claim(Self.request(.zero)))
            let new = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(new.fence.attempt > old.fence.attempt)
            await #expect(throws: FenceLost(old.fence)) {
                _ = try await bulkhead.store.record([RunEvent(.completed)], under: old.fence, then: .end(.completed))
            }
            await #expect(throws: FenceLost(old.fence)) {
                try await bulkhead.store.renew(old.fence, lease: .seconds(5))
            }
            let fenced = FencedClient(client: bulkhead.control)
            await #expect(throws: FenceLost(old.fence)) { _ = try await fenced.execute(["SELECT 1"], under: old.fence) }
            await #expect(throws: FenceLost(old.fence)) {
                try await fenced.transaction(under: old.fence) { _ = try await $0.query("SELECT 1") }
            }
            try await bulkhead.store.renew(new.fence, lease: .seconds(5))
            let next = try await bulkhead.store.record(
                [RunEvent(.attemptStarted, step: "one", direction: .forward, number: 1)], under: new.fence,
                then: .keep(lease: .seconds(5), .running, isDurable: false))
            #expect(next == new.fence.next)
            // The attempt moves on with every record: the one before is over.
            await #expect(throws: FenceLost(new.fence)) { _ = try await fenced.execute(["SELECT 1"], under: new.fence) }
            #expect(try await fenced.execute(["SELECT 1"], under: next).count == 1)
        }
    }

    /// A claim begins a new block of numbers: records that a crash takes back never give out a number twice.
    @Test func numbersOfAttemptsAreNeverGivenOutTwice() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let header = Self.header("a")
            try await Self.start(header, bulkhead)
            let first = try #require(try await bulkhead.store.claim(Self.request(.zero)))
            var fence = first.fence
            for number in 1...5 {
                fence = try await bulkhead.store.record(
                    [RunEvent(.attemptStarted, step: "one", direction: .forward, number: number)], under: fence,
                    then: .keep(lease: .zero, .running, isDurable: false))
            }
            // As after a crash: the records are gone, the claim is not.
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.workflow_runs SET attempt = \(first.fence.attempt), events = 1",
                "DELETE FROM bulkhead.workflow_events WHERE sequence > 1")
            let second = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(second.fence.attempt > fence.attempt)
        }
    }

    @Test func aRunThatWaitsIsNotDueBefore() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await Self.start(Self.header("a"), bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            let failed = RunEvent(
                .attemptFailed, step: "one", direction: .forward, number: 1, reason: "busy",
                evidence: ["code": 503, "parts": ["a", nil, true, .number(1.5)]], milliseconds: 12,
                retryInMilliseconds: 60_000)
            _ = try await bulkhead.store.record(
                [failed], under: claimed.fence, then: .release(after: .seconds(60), .running))
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
            // Written and read again: the journal loses nothing.
            let events = try await bulkhead.store.events(of: claimed.header.id, after: 1)
            #expect(events.map(\.event) == [failed])
            #expect(events.map(\.sequence) == [2])
            _ = try await bulkhead.database.execute("UPDATE bulkhead.workflow_runs SET run_at = now()")
            #expect(try await bulkhead.store.claim(Self.request()) != nil)
        }
    }

    /// The database's clock was set back by hours while a lease was held: nobody has to wait for it to come true.
    @Test func aLeaseFromTheFutureHoldsNobodyUp() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await Self.start(Self.header("a"), bulkhead)
            _ = try #require(try await bulkhead.store.claim(Self.request()))
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.workflow_runs SET lease_until = now() + interval '3 hours'")
            #expect(try await bulkhead.store.claim(Self.request()) != nil)
        }
    }

    @Test func cancellingTurnsTheRunAndStopsWhoeverIsAtIt() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let header = Self.header("a")
            try await Self.start(header, bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            let queries = PostgresWorkflowStore.cancelling(
                subject: "a", workflow: Self.workflow, reason: "nobody wants it")
            _ = try await bulkhead.control.execute(PostgresBatch(queries, transaction: .explicit(.readWrite)))
            await #expect(throws: FenceLost.self) { try await bulkhead.store.renew(claimed.fence, lease: .seconds(5)) }
            let again = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(again.events.map(\.event.kind) == [.started, .cancelled])
            #expect(try await bulkhead.store.status(of: header.id) == .compensating)
        }
    }

    @Test func aRunThatGaveUpIsResumedByHand() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let header = Self.header("a")
            try await Self.start(header, bulkhead)
            #expect(try await bulkhead.store.resume(header.id, by: "test") == false)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            _ = try await bulkhead.store.record(
                [RunEvent(.deadLettered, reason: "no use")], under: claimed.fence, then: .end(.dead))
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
            #expect(try await bulkhead.store.resume(header.id, by: "test"))
            #expect(try await bulkhead.store.status(of: header.id) == .running)
            #expect(try await bulkhead.store.claim(Self.request())?.events.last?.event.kind == .resumed)
        }
    }

    @Test func aResumedRunWaitsForAYoungerOneThatSomebodyIsAt() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let (old, young) = (Self.header("a"), Self.header("a"))
            try await Self.start(old, bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request()))
            _ = try await bulkhead.store.record(
                [RunEvent(.deadLettered, reason: "no use")], under: claimed.fence, then: .end(.dead))
            try await Self.start(young, bulkhead)
            let held = try #require(try await bulkhead.store.claim(Self.request()))
            #expect(try await bulkhead.store.resume(old.id, by: "test"))
            #expect(try await bulkhead.store.claim(Self.request()) == nil)
            _ = try await bulkhead.store.record([RunEvent(.completed)], under: held.fence, then: .end(.completed))
            #expect(try await bulkhead.store.claim(Self.request())?.header.id == old.id)
        }
    }

    @Test func followersSeeEverythingOnceAndTheEnd() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            let run = try #require(
                try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
            async let finished = bulkhead.provisioner.finish(tenant.id)
            var seen: [Int] = []
            try await bulkhead.store.follow(run.header.id, after: 1) { seen += $0.map(\.sequence) }
            _ = try await finished
            let all = try await bulkhead.store.events(of: run.header.id, after: 1).map(\.sequence)
            #expect(seen == all)
            #expect(try await bulkhead.store.events(of: run.header.id, after: 0).last?.event.kind == .completed)
            #expect(try await bulkhead.store.wait(for: run.header.id, atMost: .seconds(5)) == .completed)
        }
    }
}
