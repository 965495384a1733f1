import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Tenancy
import Testing
import Workflow

@testable import AdminAPI

/// A server on a socket, and a run about acme that tests write.
struct EventServer: Sendable {
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

    /// The lines with ids up to the one of this event.
    func ids(_ more: [String], query: String = "", until last: Int, of run: RunID? = nil) async throws -> [String] {
        let connection = try self.open(more, query: query)
        defer { connection.leave() }
        try await connection.wait(for: "id: \(self.id(last, of: run))\n")
        return connection.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.map(String.init)
    }

    /// The id of an event as the journal has it now, or as it would be without a crash.
    func id(_ sequence: Int, of run: RunID? = nil) async throws -> String {
        let run = run ?? self.run
        let events = try await self.journal.events(of: run, after: sequence - 1)
        let at = events.first?.at ?? MemoryJournal.start + TimeInterval(sequence - 1)
        return "\(run)-\(sequence)-\(Int(at.timeIntervalSince1970))000000"
    }

    func attempt(_ kind: RunEvent.Kind, reason: String? = nil) {
        let event = RunEvent(
            kind, step: "schema", direction: .forward, number: 1, reason: reason, output: ["secret": "s3cr3t"],
            evidence: ["tables": 12], milliseconds: 42)
        self.journal.append(event, to: self.run)
    }

    /// Serves the stream on a socket.
    static func with(
        capacity: Int = 200, silence: Duration = .seconds(15), _ body: @Sendable (EventServer) async throws -> Void
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
            try await body(EventServer(server: server, routes: routes, run: run, port: port))
        }
    }
}
