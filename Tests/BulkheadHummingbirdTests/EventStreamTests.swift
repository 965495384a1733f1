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
    /// A server on a socket, and a run about acme that tests write.
    private struct Live: Sendable {
        let server: TestServer
        let routes: ProvisioningEventsRoutes
        let run: RunID
        let port: Int

        var journal: MemoryJournal { self.server.catalog.journal }

        func lines(_ more: [String] = [], query: String = "", method: String = "GET") throws -> String {
            let path = "/api/admin/tenants/\(self.server.acme.id)/provisioning/events\(query)"
            let lines = [
                "\(method) \(path) HTTP/1.1", "Host: admin.example.com",
                "Authorization: Bearer \(try self.server.adminToken())",
            ]
            return (lines + more).joined(separator: "\r\n") + "\r\n\r\n"
        }

        func open(_ more: [String] = [], query: String = "") throws -> LiveConnection {
            try LiveConnection(port: self.port, sending: self.lines(more, query: query))
        }

        func attempt(_ kind: RunEvent.Kind, reason: String? = nil) {
            let event = RunEvent(
                kind, step: "schema", direction: .forward, number: 1, reason: reason, output: ["secret": "s3cr3t"],
                evidence: ["tables": 12], milliseconds: 42)
            self.journal.append(event, to: self.run)
        }
    }

    private func withServer(
        capacity: Int = 200, silence: Duration = .seconds(15), _ body: @Sendable (Live) async throws -> Void
    ) async throws {
        let server = try await TestServer()
        let active = ActiveAdmins(server.catalog)
        let routes = ProvisioningEventsRoutes(
            provisioning: server.catalog.provisioning, admins: active, capacity: capacity, silence: silence)
        let middleware = AdminMiddleware(
            hosts: server.hosts, tokens: server.tokens, active: active, audit: server.catalog)
        let side = HostSide(middleware: [middleware], groups: [routes])
        let app = Application(
            responder: HostRouter(hosts: server.hosts, admin: side, tenant: side),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: server.log.logger)
        try await app.test(.live) { client in
            let run = server.catalog.journal.begin(
                about: server.acme.id.description, plan: MemoryCatalog.plan)
            let port = try #require(client.port)
            try await body(Live(server: server, routes: routes, run: run, port: port))
        }
    }

    @Test("tells each event as it happens, and ends when the run does")
    func follow() async throws {
        try await self.withServer { live in
            let connection = try live.open()
            try await connection.wait(for: "retry: 1000\n\n")
            try await connection.wait(for: "id: 1\nevent: started\ndata: {")
            let head = connection.text.lowercased()
            #expect(head.hasPrefix("http/1.1 200"))
            for field in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
                #expect(head.contains("\r\n\(field)\r\n"), "\(field)")
            }
            #expect(!connection.text.contains("attemptStarted"))
            live.attempt(.attemptStarted)
            try await connection.wait(for: "id: 2\nevent: attemptStarted\ndata: {")
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

    @Test("goes on behind the event that the client names, in the field or in the query; the field is newer")
    func resume() async throws {
        try await self.withServer { live in
            live.attempt(.attemptStarted)
            live.attempt(.attemptSucceeded)
            for (more, query, first) in [
                (["Last-Event-ID: 2"], "", 3), ([], "?lastEventId=1", 2), (["Last-Event-ID: 2"], "?lastEventId=1", 3),
                // Of an earlier run, which had more events.
                (["Last-Event-ID: 40"], "", 1),
            ] {
                let connection = try live.open(more, query: query)
                try await connection.wait(for: "id: 3\n")
                let ids = connection.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }
                #expect(ids.first == "id: \(first)", "\(more) \(query)")
                connection.leave()
            }
        }
    }

    @Test("a client that has heard everything is told that there is nothing left")
    func nothingLeft() async throws {
        try await self.withServer { live in
            live.journal.append(RunEvent(.completed), to: live.run)
            func exchange(_ more: [String]) async throws -> String {
                try await RawSocket.exchange(live.lines(more + ["Connection: close"]), port: live.port)
            }
            let first = try await exchange([])
            #expect(first.hasPrefix("HTTP/1.1 200") && first.contains("event: completed"))
            #expect(try await exchange(["Last-Event-ID: 1"]).contains("event: completed"))
            for last in ["2", "3", "40"] {
                let again = try await exchange(["Last-Event-ID: \(last)"])
                #expect(again.hasPrefix("HTTP/1.1 204"))
                #expect(again.hasSuffix("\r\n\r\n"))
            }
            // A run that gave up tells no more either, until somebody resumes it.
            let dead = live.journal.begin(about: live.server.acme.id.description, plan: MemoryCatalog.plan)
            live.journal.append(RunEvent(.deadLettered, reason: "no"), to: dead)
            #expect(try await exchange(["Last-Event-ID: 2"]).hasPrefix("HTTP/1.1 204"))
        }
    }

    @Test(
        "a last event that is no number is 400",
        arguments: ["x", "-1", "+1", "1.0", "0x1", "1e3", "9999999999999999999", "١", "1,2"])
    func badLastEvent(value: String) async throws {
        try await self.withServer { live in
            let path = "/api/admin/tenants/\(live.server.acme.id)/provisioning/events"
            try await live.server.admin(.get, path, headers: [("Last-Event-ID", value)])
                .expectProblem(400, "bad-request")
            if value.utf8.allSatisfy({ $0 < 0x80 }) {
                try await live.server.admin(.get, "\(path)?lastEventId=\(value)").expectProblem(400, "bad-request")
            }
            try await live.server.admin(.get, "\(path)?lastEventId=").expectProblem(400, "bad-request")
            try await live.server.admin(.get, "\(path)?lastEventId=1&lastEventId=1").expectProblem(400, "bad-request")
            try await live.server.admin(.get, path, headers: [("Last-Event-ID", "1"), ("Last-Event-ID", "1")])
                .expectProblem(400, "bad-request")
        }
    }

    @Test("says now and then that it is still there")
    func comments() async throws {
        try await self.withServer(silence: .milliseconds(100)) { live in
            let connection = try live.open()
            try await connection.wait(for: ": quiet\n\n")
            #expect(!connection.isOver)
            connection.leave()
        }
    }

    @Test("a client that goes away is noticed without anything being written")
    func leaving() async throws {
        try await self.withServer { live in
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
        try await self.withServer(capacity: 2) { live in
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
        try await self.withServer(capacity: 1) { live in
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
        try await self.withServer { live in
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
