import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import NIOCore
import Synchronization
import Tenancy
import Testing
import Workflow

@testable import AdminAPI

@Suite("The stream of what happens to the work about a tenant")
struct EventStreamTests {
    @Test("tells each event as it happens, and ends when the run does")
    func follow() async throws {
        try await EventServer.with { live in
            let connection = try live.open()
            try await connection.wait(for: "retry: 1000\n\n")
            try await connection.wait(for: "id: \(live.id(1))\nevent: started\ndata: {")
            let head = connection.text.lowercased()
            #expect(head.hasPrefix("http/1.1 200"))
            for field in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
                #expect(head.contains("\r\n\(field)\r\n"), "\(field)")
            }
            #expect(!connection.text.contains("attemptStarted"))
            live.attempt(.attemptStarted)
            try await connection.wait(for: "id: \(live.id(2))\nevent: attemptStarted\ndata: {")
            live.attempt(.attemptFailed, reason: "two\nlines \u{2028}")
            live.journal.append(RunEvent(.completed), to: live.run)
            try await eventually { connection.isOver }
            let data = connection.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
            let events = try data.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: any Sendable])
            }
            #expect(events.map { $0["sequence"] as? Int } == [1, 2, 3, 4])
            let kinds = ["started", "attemptStarted", "attemptFailed", "completed"]
            #expect(events.map { $0["kind"] as? String } == kinds)
            #expect(events[0].keys.sorted() == ["at", "kind", "sequence"])
            #expect(events[2]["reason"] as? String == "two\nlines \u{2028}")
            #expect(events[2]["durationMs"] as? Int == 42 && events[2]["step"] as? String == "schema")
            #expect(events[2]["evidence"] as? [String: Int] == ["tables": 12])
            #expect(events[2]["at"] as? String == "2026-01-01T00:00:02.000000Z")
            #expect(!connection.text.contains("s3cr3t"))
            try await eventually { live.routes.limit.count == 0 && live.journal.watchers == 0 }
        }
    }

    @Test("begins the run anew when a crash has taken away what was told, and others have their numbers")
    func crash() async throws {
        try await EventServer.with { live in
            live.attempt(.attemptStarted)
            live.attempt(.attemptSucceeded)
            let connection = try live.open()
            try await connection.wait(for: "id: \(live.id(3))\n")
            live.journal.lose(allBut: 1, of: live.run)
            for kind in [RunEvent.Kind.attemptLost, .attemptStarted, .attemptSucceeded] { live.attempt(kind) }
            live.journal.append(RunEvent(.completed), to: live.run)
            try await eventually { connection.isOver }
            #expect(connection.text.contains("event: attemptLost"))
            let ids = connection.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }
            var anew: [String] = []
            for sequence in 1...5 { anew.append("id: \(try await live.id(sequence))") }
            #expect(ids.suffix(5).map(String.init) == anew)
        }
    }

    @Test("says now and then that it is still there")
    func comments() async throws {
        try await EventServer.with(silence: .milliseconds(100)) { live in
            let connection = try live.open()
            try await connection.wait(for: ": quiet\n\n")
            #expect(!connection.isOver)
            connection.leave()
        }
    }

    @Test("a client that goes away is noticed without anything being written")
    func leaving() async throws {
        try await EventServer.with { live in
            let connection = try live.open()
            try await connection.wait(for: "event: started")
            #expect(live.routes.limit.count == 1)
            try await eventually { live.journal.watchers == 1 }
            connection.leave()
            try await eventually { live.routes.limit.count == 0 && live.journal.watchers == 0 }
        }
    }

    @Test("there are so many streams and no more; one that ends makes room")
    func limit() async throws {
        try await EventServer.with(capacity: 2) { live in
            let connections = [try live.open(), try live.open()]
            for connection in connections { try await connection.wait(for: "event: started") }
            let refused = try await RawSocket.exchange(live.lines(["Connection: close"]), port: live.port)
            #expect(refused.hasPrefix("HTTP/1.1 503"))
            #expect(refused.lowercased().contains("\r\nretry-after: 5\r\n"))
            connections[0].leave()
            try await eventually { live.routes.limit.count == 1 }
            let next = try live.open()
            try await next.wait(for: "event: started")
            connections[1].leave()
            next.leave()
        }
    }

    @Test("HEAD takes no place")
    func head() async throws {
        try await EventServer.with(capacity: 1) { live in
            for _ in 0..<3 {
                let answer = try await RawSocket.exchange(
                    live.lines(["Connection: close"], method: "HEAD"), port: live.port)
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
            try await eventually { live.routes.limit.count == 0 }
        }
    }

    @Test("ends by itself when the server stops, so that the client finds another one", .timeLimit(.minutes(1)))
    func shutdown() async throws {
        let open = Mutex<LiveConnection?>(nil)
        let clock = ContinuousClock()
        let began = Mutex(clock.now)
        try await EventServer.with { live in
            let connection = try live.open()
            try await connection.wait(for: "event: started")
            open.withLock { $0 = connection }
            began.withLock { $0 = clock.now }
        }
        #expect(clock.now - began.withLock { $0 } < .seconds(5))
        let connection = try #require(open.withLock { $0 })
        try await eventually { connection.isOver }
        // The last chunk: an end, not a break.
        #expect(connection.text.hasSuffix("0\r\n\r\n"))
    }

    @Test("ends when the administrator may not look any more")
    func disabled() async throws {
        let server = try await TestServer()
        let run = server.catalog.journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        let now = Mutex(ContinuousClock.now)
        let stream = ProvisioningEventStream(
            provisioning: server.catalog.provisioning, run: run, after: 0, silence: .seconds(15),
            admin: server.admin.id, admins: ActiveAdmins(server.catalog) { now.withLock { $0 } })
        let response = Response(
            status: .ok,
            body: ResponseBody { writer in
                try await stream.write(to: &writer)
                try await writer.finish(nil)
            })
        async let answer = Answer(response)
        try await eventually { server.catalog.state.withLock { $0.adminChecks } == 1 }
        server.catalog.state.withLock { $0.admins[server.admin.id]?.isActive = false }
        now.withLock { $0 += .seconds(11) }
        #expect(try await answer.text.contains("event: started"))
        #expect(try await server.catalog.provisioning.run(about: server.acme.id).status == .running)
    }
}
