import Foundation
import HTTPTypes
import Tenancy
import Testing

@Suite("Suspending and resuming tenants")
struct TenantInterventionTests {
    private static func path(_ tenant: Tenant, _ verb: String) -> String { "/api/admin/tenants/\(tenant.id)/\(verb)" }

    @Test(
        arguments: [
            ("suspend", "suspended", 403, 403), ("maintenance", "maintenance", 503, 503),
            ("read-only", "readOnly", 200, 403), ("resume", "active", 200, 201),
        ])
    func restrictsWhatRequestsGet(verb: String, status: String, read: Int, write: Int) async throws {
        let server = try await TestServer()
        let answer = try await server.admin(.post, Self.path(server.acme, verb), json: #"{"reason":"unpaid bills"}"#)
        #expect(answer.status == 200)
        #expect(try answer.string("status") == status)
        let event = try #require(server.catalog.events.last)
        #expect(event.tenant == server.acme.id && event.details["reason"] == "unpaid bills")
        let token = try server.token(server.acme)
        #expect(try await server.send(.get, "/api/tenant/clients", token: token).status == read)
        let draft = #"{"name":"Zoë"}"#
        #expect(try await server.send(.post, "/api/tenant/clients", token: token, json: draft).status == write)
        // Nobody else notices.
        let other = try await server.send(
            .get, "/api/tenant/clients", host: "globex.example.com", token: try server.token(server.globex))
        #expect(other.status == 200)
    }

    @Test func theReasonIsOptionalAndChecked() async throws {
        let server = try await TestServer()
        #expect(try await server.admin(.post, Self.path(server.acme, "suspend")).status == 200)
        for json in [
            #"{"reason":""}"#, #"{"reason":1}"#, #"{"why":"x"}"#,
            #"{"reason":"\#(String(repeating: "x", count: 501))"}"#,
        ] {
            let answer = try await server.admin(.post, Self.path(server.acme, "resume"), json: json)
            try answer.expectProblem(422, "validation-failed")
        }
        #expect(try await server.catalog.tenant(server.acme.id)?.status == .suspended)
    }

    @Test func oneThatIsNotThereIsNotRestricted() async throws {
        let server = try await TestServer()
        server.catalog.setStatus(.deleting, of: server.acme.id)
        let answer = try await server.admin(.post, Self.path(server.acme, "resume"))
        try answer.expectProblem(409, "conflict")
        let unknown = try await server.admin(.post, "/api/admin/tenants/\(TenantID.random())/suspend")
        #expect(unknown.status == 404)
    }
}
