import Foundation
import Postgres
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Resuming runs by hand")
struct ResumeTests {
    private static let workflow: WorkflowName = "test.flow"
    private static let request = ClaimRequest(
        workflows: [Self.workflow: ["one"]], worker: "w", lease: .seconds(30))

    private static func start(_ bulkhead: BulkheadDatabase) async throws -> RunID {
        let header = RunHeader(id: .random(), workflow: self.workflow, subject: "a", input: .null, plan: ["one"])
        _ = try await bulkhead.control.execute(
            PostgresBatch(bulkhead.store.starting(header), transaction: .explicit(.readWrite)))
        return header.id
    }

    /// A run whose first attempt failed, and whose next one is an hour off.
    private static func wait(_ bulkhead: BulkheadDatabase, _ status: RunStatus = .running) async throws -> RunID {
        let run = try await self.start(bulkhead)
        let claimed = try #require(try await bulkhead.store.claim(self.request))
        var events = [
            RunEvent(.attemptFailed, step: "one", direction: .forward, number: 1, retryInMilliseconds: 3_600_000)
        ]
        if status == .compensating { events.append(RunEvent(.compensationStarted, reason: "no")) }
        _ = try await bulkhead.store.record(events, under: claimed.fence, then: .release(after: .seconds(3600), status))
        #expect(try await bulkhead.store.claim(self.request) == nil)
        return run
    }

    @Test(arguments: [RunStatus.running, .compensating])
    func aRunThatWaitsIsTriedNow(status: RunStatus) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let run = try await Self.wait(bulkhead, status)
            #expect(try await bulkhead.store.resume(run, by: "test"))
            #expect(try await bulkhead.store.status(of: run) == status)
            // Due by now: there is nothing more to hasten.
            #expect(try await bulkhead.store.resume(run, by: "test") == false)
            let claimed = try #require(try await bulkhead.store.claim(Self.request))
            #expect(claimed.events.last?.event == RunEvent(.resumed, reason: "by test"))
        }
    }

    @Test func aRunInSomebodysHandsIsLeftAlone() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let run = try await Self.start(bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request))
            // As after the clock was set back a little, with a worker that lives.
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.workflow_runs SET run_at = now() + interval '5 minutes'")
            #expect(try await bulkhead.store.resume(run, by: "test") == false)
            try await bulkhead.store.renew(claimed.fence, lease: .seconds(30))
            _ = try await bulkhead.store.record([RunEvent(.completed)], under: claimed.fence, then: .end(.completed))
            #expect(try await bulkhead.store.resume(run, by: "test") == false)
            #expect(try await bulkhead.store.resume(.random(), by: "test") == false)
        }
    }

    /// The worker died, and then the clock was set back: lease and next attempt lie hours ahead.
    @Test func aRunFromTheFutureIsTriedNow() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let run = try await Self.start(bulkhead)
            let claimed = try #require(try await bulkhead.store.claim(Self.request))
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.workflow_runs SET run_at = now() + interval '3 hours', "
                    + "lease_until = now() + interval '3 hours'")
            #expect(try await bulkhead.store.claim(Self.request) == nil)
            #expect(try await bulkhead.store.resume(run, by: "test"))
            // Whoever had it has lost it.
            await #expect(throws: FenceLost.self) {
                try await bulkhead.store.renew(claimed.fence, lease: .seconds(5))
            }
            #expect(try await bulkhead.store.claim(Self.request)?.header.id == run)
        }
    }
}
