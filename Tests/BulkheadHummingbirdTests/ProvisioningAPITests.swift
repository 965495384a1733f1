import ControlPlane
import Foundation
import HTTPTypes
import Synchronization
import Tenancy
import Testing
import Workflow

@Suite("The work about a tenant")
struct ProvisioningAPITests {
    private func path(_ tenant: Tenant, _ rest: String = "") -> String {
        "\(AdminAPITests.path)/\(tenant.id)/provisioning\(rest)"
    }

    private func attempt(
        _ kind: RunEvent.Kind, number: Int = 1, reason: String? = nil, evidence: JSONDocument? = nil, retry: Int? = nil
    ) -> RunEvent {
        RunEvent(
            kind, step: "schema", direction: .forward, number: number, reason: reason, output: ["secret": "s3cr3t"],
            evidence: evidence, milliseconds: kind == .attemptStarted ? nil : 42, retryInMilliseconds: retry)
    }

    @Test("is shown with all steps, attempts and evidence")
    func show() async throws {
        let server = try await TestServer()
        let journal = server.catalog.journal
        let run = journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        journal.append(self.attempt(.attemptStarted), to: run)
        journal.append(self.attempt(.attemptFailed, reason: "no answer", retry: 500), to: run)
        journal.append(self.attempt(.attemptStarted, number: 2), to: run)
        let evidence: JSONDocument = [
            "tables": 12, "ratio": .number(0.5), "list": [true, nil], "a\"b": "line\nbreak", "inner": ["x": "é"],
        ]
        journal.append(self.attempt(.attemptSucceeded, number: 2, evidence: evidence), to: run)
        let answer = try await server.admin(.get, self.path(server.acme))
        #expect(answer.status == 200)
        #expect(try answer.string("tenantId") == server.acme.id.description)
        #expect(try answer.string("runId") == run.description)
        #expect(try answer.string("workflow") == "tenant.provision")
        #expect(try answer.string("status") == "running")
        #expect(try answer.json["reason"] == nil)
        #expect(try answer.string("startedAt") == "2026-01-01T00:00:00.000000Z")
        #expect(try answer.string("updatedAt") == "2026-01-01T00:00:04.000000Z")
        #expect(try answer.string("nextAttemptAt") == "2026-01-01T00:00:00.000000Z")
        #expect(try #require(try answer.json["durationMs"] as? Int) >= 0)
        let steps = try #require(try answer.json["steps"] as? [[String: any Sendable]])
        #expect(steps.map { $0["name"] as? String } == ["schema", "welcomeMail"])
        #expect(steps.map { $0["status"] as? String } == ["done", "pending"])
        let attempts = try #require(steps[0]["attempts"] as? [[String: any Sendable]])
        #expect(attempts.map { $0["outcome"] as? String } == ["failed", "succeeded"])
        #expect(attempts[0]["reason"] as? String == "no answer" && attempts[0]["retryInMs"] as? Int == 500)
        #expect(attempts[1]["durationMs"] as? Int == 42 && attempts[1]["direction"] as? String == "forward")
        let shown = try #require(attempts[1]["evidence"] as? [String: any Sendable])
        #expect(shown["tables"] as? Int == 12 && shown["ratio"] as? Double == 0.5)
        #expect(shown["a\"b"] as? String == "line\nbreak")
        #expect((shown["inner"] as? [String: String]) == ["x": "é"])
        #expect(!answer.text.contains("s3cr3t"))
    }

    @Test("names the worker while one is at it, and the reason when it has given up")
    func workerAndReason() async throws {
        let server = try await TestServer()
        let journal = server.catalog.journal
        let run = journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        journal.update(run) { $0.worker = "host-1" }
        let working = try await server.admin(.get, self.path(server.acme))
        #expect(try working.string("worker") == "host-1")
        #expect(try working.json["nextAttemptAt"] == nil)
        journal.append(RunEvent(.deadLettered, reason: "schema: no"), to: run)
        let dead = try await server.admin(.get, self.path(server.acme))
        #expect(try dead.string("status") == "dead")
        #expect(try dead.string("reason") == "schema: no")
    }

    @Test("is 404 for an unknown tenant, and for one about which nothing was ever done")
    func unknown() async throws {
        let server = try await TestServer()
        for rest in ["", "/events"] {
            try await server.admin(.get, "\(AdminAPITests.path)/\(TenantID.random())/provisioning\(rest)")
                .expectProblem(404, "tenant-not-found")
            try await server.admin(.get, "\(AdminAPITests.path)/x/provisioning\(rest)")
                .expectProblem(404, "tenant-not-found")
            try await server.admin(.get, self.path(server.acme, rest)).expectProblem(404, "provisioning-not-found")
        }
        try await server.admin(.post, "\(AdminAPITests.path)/\(TenantID.random())/provision")
            .expectProblem(404, "tenant-not-found")
        try await server.admin(.post, self.path(server.acme, "/resume")).expectProblem(404, "provisioning-not-found")
    }

    @Test("is started anew: 202, and where to look; given again for the same key")
    func provision() async throws {
        let server = try await TestServer()
        func send() async throws -> Answer {
            try await server.admin(
                .post, "\(AdminAPITests.path)/\(server.acme.id)/provision", headers: [("Idempotency-Key", "k")])
        }
        let answer = try await send()
        #expect(answer.status == 202)
        #expect(answer["location"] == self.path(server.acme))
        #expect(try answer.string("id") == server.acme.id.description)
        let again = try await send()
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.text == answer.text && again["location"] == answer["location"])
        #expect(server.catalog.state.withLock { $0.effects } == 1)
        let fields = try await server.admin(
            .post, "\(AdminAPITests.path)/\(server.acme.id)/provision", json: #"{"force":true}"#)
        try fields.expectProblem(422, "validation-failed")
        server.catalog.setStatus(.deleted, of: server.globex.id)
        try await server.admin(.post, "\(AdminAPITests.path)/\(server.globex.id)/provision")
            .expectProblem(409, "conflict")
    }

    @Test("does not wait any longer, if somebody wants that")
    func tryNow() async throws {
        let server = try await TestServer()
        let journal = server.catalog.journal
        let run = journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        journal.update(run) { $0.dueAt = .distantFuture }
        let answer = try await server.admin(.post, self.path(server.acme, "/resume"))
        #expect(answer.status == 202)
        #expect(try answer.string("nextAttemptAt") == "2026-01-01T00:00:00.000000Z")
    }

    @Test("says why there is nothing to resume, and what to do")
    func nothingToResume() async throws {
        let server = try await TestServer()
        let journal = server.catalog.journal
        let run = journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        func detail() async throws -> String {
            let answer = try await server.admin(.post, self.path(server.acme, "/resume"))
            try answer.expectProblem(409, "conflict")
            return try answer.string("detail") ?? ""
        }
        #expect(try await detail().contains("is due already"))
        journal.update(run) { $0.worker = "host-1" }
        #expect(try await detail().contains("host-1 is working on this"))
        journal.append(RunEvent(.completed), to: run)
        let text = try await detail()
        #expect(text.contains("is completed"))
        #expect(text.contains("POST /api/admin/tenants/\(server.acme.id)/provision "))
        server.catalog.setStatus(.deleted, of: server.acme.id)
        #expect(try await !detail().contains("POST"))
    }

    @Test("goes on after it gave up, if somebody wants that")
    func resume() async throws {
        let server = try await TestServer()
        let journal = server.catalog.journal
        let run = journal.begin(about: server.acme.id.description, plan: MemoryCatalog.plan)
        try await server.admin(.post, self.path(server.acme, "/resume")).expectProblem(409, "conflict")
        journal.append(RunEvent(.deadLettered, reason: "schema: no"), to: run)
        let answer = try await server.admin(.post, self.path(server.acme, "/resume"), json: "{}")
        #expect(answer.status == 202)
        #expect(answer["location"] == self.path(server.acme))
        #expect(try answer.string("status") == "running")
        #expect(try await journal.events(of: run, after: 2).map(\.event.reason) == ["by admin:\(server.admin.id)"])
        try await server.admin(.post, self.path(server.acme, "/resume")).expectProblem(409, "conflict")
    }
}
