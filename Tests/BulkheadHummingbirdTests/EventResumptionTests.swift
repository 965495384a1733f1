import Foundation
import HTTPTypes
import Tenancy
import Testing
import Workflow

@testable import AdminAPI

@Suite("A client that comes back to the stream of events")
struct EventResumptionTests {
    @Test("goes on behind the event that the client names, in the field or in the query; the field is newer")
    func resume() async throws {
        try await EventServer.with { live in
            live.attempt(.attemptStarted)
            live.attempt(.attemptSucceeded)
            let (first, second) = (try await live.id(1), try await live.id(2))
            for (more, query, next) in [
                (["Last-Event-ID: \(second)"], "", 3), ([], "?lastEventId=\(first)", 2),
                (["Last-Event-ID: \(second)"], "?lastEventId=\(first)", 3),
            ] {
                let ids = try await live.ids(more, query: query, until: 3)
                #expect(try await ids.first == "id: \(live.id(next))", "\(more) \(query)")
            }
        }
    }

    @Test("what a crash has taken away says nothing about the events that have its numbers now")
    func crash() async throws {
        try await EventServer.with { live in
            for _ in 0..<4 { live.attempt(.attemptStarted) }
            let (third, lost) = (try await live.id(3), [try await live.id(4), try await live.id(5)])
            live.journal.lose(allBut: 3, of: live.run)
            #expect(try await live.ids(["Last-Event-ID: \(lost[0])"], until: 3).count == 3)
            live.attempt(.attemptLost)
            live.journal.append(RunEvent(.completed), to: live.run)
            // In the middle of the run by its number, and at its end: no 204.
            for id in lost {
                let ids = try await live.ids(["Last-Event-ID: \(id)"], until: 5)
                #expect(try await ids.first == "id: \(live.id(1))" && ids.count == 5)
            }
            #expect(try await live.ids(["Last-Event-ID: \(third)"], until: 5).count == 2)
        }
    }

    @Test("an id is exact to the microsecond")
    func microseconds() {
        let run = RunID.random()
        for microseconds in 1_767_225_600_123_000..<1_767_225_600_124_000 {
            let at = Date(timeIntervalSince1970: Double(microseconds) / 1e6)
            let recorded = RecordedEvent(sequence: 7, at: at, event: RunEvent(.completed))
            #expect(EventPosition(run: run, recorded: recorded).description == "\(run)-7-\(microseconds)")
        }
    }

    @Test("what was told of an earlier run says nothing about the latest: it is told from its beginning")
    func anotherRun() async throws {
        try await EventServer.with { live in
            let earlier = live.run
            for _ in 0..<4 { live.attempt(.attemptStarted) }
            live.journal.append(RunEvent(.completed), to: earlier)
            let latest = live.journal.begin(
                about: live.server.acme.id.description, "tenant.repair", plan: MemoryCatalog.plan)
            live.journal.append(RunEvent(.attemptStarted, step: "schema", direction: .forward, number: 1), to: latest)
            // In the middle of the latest run by its number, at its end, and behind it.
            for sequence in [1, 2, 6] {
                let ids = try await live.ids(["Last-Event-ID: \(live.id(sequence))"], until: 2, of: latest)
                #expect(try await ids == ["id: \(live.id(1, of: latest))", "id: \(live.id(2, of: latest))"])
            }
            live.journal.append(RunEvent(.completed), to: latest)
            // Over as well, and yet not told: no 204, which would make a browser stop for good.
            let answer = try await RawSocket.exchange(
                live.lines(["Connection: close", "Last-Event-ID: \(live.id(3))"]), port: live.port)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(try await answer.contains("id: \(live.id(3, of: latest))\nevent: completed"))
        }
    }

    @Test("a client that has heard everything is told that there is nothing left")
    func nothingLeft() async throws {
        try await EventServer.with { live in
            live.journal.append(RunEvent(.completed), to: live.run)
            func exchange(_ more: [String]) async throws -> String {
                try await RawSocket.exchange(live.lines(more + ["Connection: close"]), port: live.port)
            }
            let first = try await exchange([])
            #expect(first.hasPrefix("HTTP/1.1 200") && first.contains("event: completed"))
            #expect(try await exchange(["Last-Event-ID: \(live.id(1))"]).contains("event: completed"))
            let again = try await exchange(["Last-Event-ID: \(live.id(2))"])
            #expect(again.hasPrefix("HTTP/1.1 204"))
            #expect(again.hasSuffix("\r\n\r\n"))
            // A run that gave up tells no more either, until somebody resumes it.
            let dead = live.journal.begin(about: live.server.acme.id.description, plan: MemoryCatalog.plan)
            live.journal.append(RunEvent(.deadLettered, reason: "no"), to: dead)
            #expect(try await exchange(["Last-Event-ID: \(live.id(2, of: dead))"]).hasPrefix("HTTP/1.1 204"))
        }
    }

    @Test(
        "an id that was never given out means the beginning",
        arguments: ["", "x", "1", "-1", "RUN", "RUN-", "RUN--1", "RUN-+1", "RUN-1.0", "RUN-0x1", "RUN-1", "RUN-0-AT"]
            + ["RUN-1-", "RUN-1-0", "RUN-1-AT RUN-1-AT", "RUN-01-AT", "RUN-١-AT", "RUN-3-AT", "RUN--AT"])
    func unknownEvent(value: String) async throws {
        try await EventServer.with { live in
            live.attempt(.attemptStarted)
            let id = value.replacing("RUN", with: live.run.description).replacing("AT", with: "1767225600000000")
            let events = try await live.journal.events(of: live.run, after: 0)
            #expect(EventPosition.resumption(behind: id, in: live.run, events) == 0)
            guard value.utf8.allSatisfy({ $0 < 0x80 }) else { return }
            let ids = try await live.ids(["Last-Event-ID: \(id)"], until: 2)
            #expect(try await ids.first == "id: \(live.id(1))")
        }
    }

    @Test("two last events are 400")
    func twoLastEvents() async throws {
        try await EventServer.with { live in
            let path = "/api/admin/tenants/\(live.server.acme.id)/provisioning/events"
            try await live.server.admin(.get, "\(path)?lastEventId=1&lastEventId=1").expectProblem(400, "bad-request")
            try await live.server.admin(.get, path, headers: [("Last-Event-ID", "1"), ("Last-Event-ID", "1")])
                .expectProblem(400, "bad-request")
        }
    }
}
