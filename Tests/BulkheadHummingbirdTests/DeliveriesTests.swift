import BulkheadHummingbird
import Foundation
import HTTPTypes
import Synchronization
import Tenancy
import Testing

@Suite("Mail on its way")
struct DeliveriesTests {
    private static let path = "/api/admin/deliveries"

    @Test("is shown with what the next server said, and without its link")
    func show() async throws {
        let server = try await TestServer()
        let first = try server.catalog.addDelivery(of: server.acme.id)
        let delivery = try server.catalog.addDelivery(of: server.acme.id) { delivery in
            delivery.state = .bounced
            delivery.attempts = 3
            delivery.replyCode = 550
            delivery.reply = "No such user"
            delivery.linkExpiresAt = MemoryCatalog.instant
            delivery.linkUsedAt = MemoryCatalog.instant
            delivery.sentAt = MemoryCatalog.instant
            delivery.resendOf = first.id
        }
        let answer = try await server.admin(.get, "\(Self.path)/\(delivery.id)")
        #expect(answer.status == 200)
        let time = "2026-01-01T00:00:00.250000Z"
        let json = try answer.json
        #expect(
            Set(json.keys) == [
                "id", "tenantId", "kind", "recipient", "state", "attempts", "reply", "messageId", "linkExpiresAt",
                "linkUsedAt", "resendOf", "createdAt", "updatedAt", "sentAt",
            ])
        #expect(json["tenantId"] as? String == server.acme.id.description)
        #expect(json["kind"] as? String == "welcome" && json["state"] as? String == "bounced")
        #expect(json["recipient"] as? String == "ann@acme.test" && json["attempts"] as? Int == 3)
        #expect(json["resendOf"] as? String == first.id.description)
        #expect(json["linkUsedAt"] as? String == time && json["sentAt"] as? String == time)
        let reply = try #require(json["reply"] as? [String: any Sendable])
        #expect(reply["code"] as? Int == 550 && reply["text"] as? String == "No such user")
        let queued = try await server.admin(.get, "\(Self.path)/\(first.id)").json
        #expect(queued["reply"] == nil && queued["sentAt"] == nil && queued["resendOf"] == nil)
        for id in ["x", "\(DeliveryID.random())"] {
            try await server.admin(.get, "\(Self.path)/\(id)").expectProblem(404, "delivery-not-found")
        }
    }

    @Test("is listed page by page, of one tenant or of all")
    func list() async throws {
        let server = try await TestServer()
        let mine = try (0..<3).map { _ in try server.catalog.addDelivery(of: server.acme.id).id.description }
        let other = try server.catalog.addDelivery(of: server.globex.id).id.description
        func ids(_ answer: Answer) throws -> [String] { try answer.data.compactMap { $0["id"] as? String } }
        #expect(try ids(await server.admin(.get, Self.path)) == mine + [other])
        #expect(try ids(await server.admin(.get, Self.path + "?tenant=\(server.globex.id)")) == [other])
        #expect(try ids(await server.admin(.get, Self.path + "?tenant=\(TenantID.random())")) == [])
        let first = try await server.admin(.get, Self.path + "?limit=2&tenant=\(server.acme.id)")
        #expect(try ids(first) == Array(mine.prefix(2)))
        let cursor = try #require(try first.string("nextCursor"))
        let second = try await server.admin(.get, Self.path + "?limit=2&tenant=\(server.acme.id)&cursor=\(cursor)")
        #expect(try ids(second) == [mine[2]])
        #expect(try second.json["nextCursor"] is NSNull)
    }

    @Test("tenant, limit and cursor are checked, all at once")
    func badQuery() async throws {
        let server = try await TestServer()
        let id = server.acme.id
        for (query, pointers) in [
            ("tenant=x", ["/tenant"]), ("tenant=", ["/tenant"]), ("tenant", ["/tenant"]),
            ("tenant=\(id)&tenant=\(id)", ["/tenant"]), ("tenant=\(id)%00", ["/tenant"]),
            ("limit=0&tenant=x&cursor=x", ["/tenant", "/limit", "/cursor"]),
        ] {
            let answer = try await server.admin(.get, "\(Self.path)?\(query)")
            try answer.expectProblem(422, "validation-failed")
            #expect(try answer.pointers == pointers, "\(query)")
        }
    }

    @Test("is sent anew as another mail; once for one key")
    func resend() async throws {
        let server = try await TestServer()
        let old = try server.catalog.addDelivery(of: server.acme.id)
        func send(_ key: String) async throws -> Answer {
            try await server.admin(.post, "\(Self.path)/\(old.id)/resend", headers: [("Idempotency-Key", key)])
        }
        let answer = try await send("k")
        #expect(answer.status == 202)
        let id = try #require(try answer.string("id"))
        #expect(id != old.id.description)
        #expect(answer["location"] == "\(Self.path)/\(id)")
        #expect(try answer.string("resendOf") == old.id.description)
        let again = try await send("\"k\"")
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.text == answer.text && again["location"] == answer["location"])
        #expect(server.catalog.state.withLock { $0.deliveries.count } == 2)
        #expect(try await server.admin(.get, "\(Self.path)/\(id)").text == answer.text)
    }

    @Test("is not sent anew when its link was used, when it is unknown, or with fields that mean nothing")
    func refused() async throws {
        let server = try await TestServer()
        let used = try server.catalog.addDelivery(of: server.acme.id) { $0.linkUsedAt = MemoryCatalog.instant }
        try await server.admin(.post, "\(Self.path)/\(used.id)/resend").expectProblem(409, "conflict")
        for id in ["x", "\(DeliveryID.random())"] {
            try await server.admin(.post, "\(Self.path)/\(id)/resend").expectProblem(404, "delivery-not-found")
        }
        let redirected = try await server.admin(
            .post, "\(Self.path)/\(used.id)/resend", json: #"{"recipient":"evil@evil.test"}"#)
        try redirected.expectProblem(422, "validation-failed")
        #expect(try redirected.pointers == ["/recipient"])
    }
}
