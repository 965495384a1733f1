import Foundation
import HTTPTypes
import TestSupport
import Testing

/// Requests that are made again, over a real database.
@Suite("Idempotency-Key, with a real database behind")
struct IdempotencyTests {
    private static func body(_ subdomain: String) -> String {
        """
        {"name":"Acme","subdomain":"\(subdomain)","tier":"standard","adminEmail":"ann@\(subdomain).example"}
        """
    }

    private static func create(
        _ installation: Installation, _ subdomain: String, key: String
    ) async throws -> Installation.Answer {
        try await installation.send(
            .post, "/api/admin/tenants", host: "admin.localhost", token: installation.adminToken,
            body: Self.body(subdomain), headers: ["Idempotency-Key": key])
    }

    @Test func `Twenty at once have one effect and the same answer`() async throws {
        try await Installation.with { installation in
            let answers = try await withThrowingTaskGroup(of: Installation.Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await Self.create(installation, "acme", key: "\"k1\"") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.status)).isSubset(of: [202, 409]))
            let accepted = answers.filter { $0.status == 202 }
            #expect(!accepted.isEmpty)
            #expect(Set(accepted.map(\.body)).count == 1)
            let tenants = try await installation.bulkhead.database.execute("SELECT count(*) FROM public.tenants")
            #expect(tenants == "1")
            // Later too, and with the key spelled without quotes.
            let again = try await Self.create(installation, "acme", key: "k1")
            #expect(again.status == 202 && again.body == accepted.first?.body)
        }
    }

    @Test func `A key for another request is refused, and a refusal is not stored`() async throws {
        try await Installation.with { installation in
            #expect(try await Self.create(installation, "acme", key: "k1").status == 202)
            #expect(try await Self.create(installation, "globex", key: "k1").status == 422)
            #expect(try await Self.create(installation, "acme", key: "k2").status == 409)
            #expect(try await Self.create(installation, "globex", key: "k2").status == 202)
            _ = try await installation.bulkhead.database.execute(
                "UPDATE bulkhead.idempotency_keys SET created_at = created_at - interval '2 days', "
                    + "expires_at = expires_at - interval '2 days'")
            // Out of date: a request like any other, and the name is taken.
            #expect(try await Self.create(installation, "acme", key: "k1").status == 409)
        }
    }
}
