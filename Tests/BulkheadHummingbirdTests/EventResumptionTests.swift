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
            let run = live.run
            for (more, query, first) in [
                (["Last-Event-ID: \(run)-2"], "", 3), ([], "?lastEventId=\(run)-1", 2),
                (["Last-Event-ID: \(run)-2"], "?lastEventId=\(run)-1", 3),
                // Told before a crash of the database, which has taken it away.
                (["Last-Event-ID: \(run)-40"], "", 1),
            ] {
                let ids = try await live.ids(more, query: query, until: 3)
                #expect(ids.first == "id: \(run)-\(first)", "\(more) \(query)")
            }
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
                let ids = try await live.ids(["Last-Event-ID: \(earlier)-\(sequence)"], until: 2, of: latest)
                #expect(ids == ["id: \(latest)-1", "id: \(latest)-2"])
            }
            live.journal.append(RunEvent(.completed), to: latest)
            // Over as well, and yet not told: no 204, which would make a browser stop for good.
            let answer = try await RawSocket.exchange(
                live.lines(["Connection: close", "Last-Event-ID: \(earlier)-3"]), port: live.port)
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("id: \(latest)-3\nevent: completed"))
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
            #expect(try await exchange(["Last-Event-ID: \(live.run)-1"]).contains("event: completed"))
            let again = try await exchange(["Last-Event-ID: \(live.run)-2"])
            #expect(again.hasPrefix("HTTP/1.1 204"))
            #expect(again.hasSuffix("\r\n\r\n"))
            // A run that gave up tells no more either, until somebody resumes it.
            let dead = live.journal.begin(about: live.server.acme.id.description, plan: MemoryCatalog.plan)
            live.journal.append(RunEvent(.deadLettered, reason: "no"), to: dead)
            #expect(try await exchange(["Last-Event-ID: \(dead)-2"]).hasPrefix("HTTP/1.1 204"))
        }
    }

    @Test(
        "an id that was never given out means the beginning",
        arguments: ["", "x", "1", "-1", "RUN", "RUN-", "RUN--1", "RUN-+1", "RUN-1.0", "RUN-0x1", "RUN-١", "RUN-1,2"]
            + ["RUN-9999999999999999999", "RUN-1 RUN-1", "RUN-0"])
    func unknownEvent(value: String) async throws {
        try await EventServer.with { live in
            live.attempt(.attemptStarted)
            let id = value.replacing("RUN", with: live.run.description)
            #expect(EventPosition.resumption(behind: id, in: live.run, end: 2) == 0)
            guard value.utf8.allSatisfy({ $0 < 0x80 }) else { return }
            let ids = try await live.ids(["Last-Event-ID: \(id)"], until: 2)
            #expect(ids.first == "id: \(live.run)-1")
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
