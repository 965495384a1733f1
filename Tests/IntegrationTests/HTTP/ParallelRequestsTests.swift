import BulkheadHummingbird
import Foundation
import HTTPTypes
import TestSupport
import Testing

/// Requests with one key that are there at the same time, over sockets and a real database.
@Suite("Twenty requests with one Idempotency-Key at once")
struct ParallelRequestsTests {
    private static let path = "/api/admin/tenants"
    private static let body =
        #"{"name":"Acme","subdomain":"acme","tier":"standard","adminEmail":"ann@acme.example"}"#

    /// - Parameter prefer: what the request with this number prefers.
    private static func twenty(
        _ served: ServedInstallation, prefer: @escaping @Sendable (Int) -> String?
    ) async throws -> [Installation.Answer] {
        try await withThrowingTaskGroup(of: Installation.Answer.self) { group in
            for number in 0..<20 {
                group.addTask { try await Self.create(served, prefer: prefer(number)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func create(_ served: ServedInstallation, prefer: String?) async throws -> Installation.Answer {
        var headers = ["Idempotency-Key": "\"k\""]
        headers["Prefer"] = prefer
        return try await served.post(Self.path, json: Self.body, headers: headers)
    }

    /// One tenant, one request that made it, and one answer for all that are not told to come again.
    private static func expectOneEffect(
        _ answers: [Installation.Answer], status: Int, _ served: ServedInstallation
    ) async throws -> Installation.Answer {
        #expect(Set(answers.map(\.status)).isSubset(of: [status, 409]))
        let given = answers.filter { $0.status != 409 }
        #expect(Set(given.map(\.body)).count == 1)
        #expect(given.count { $0.headers[.idempotencyReplayed] == nil } == 1)
        let tenants = "SELECT count(*) FROM public.tenants"
        #expect(try await served.installation.bulkhead.database.execute(tenants) == "1")
        return try #require(given.first)
    }

    @Test func `those who do not wait are all told that it is being made`() async throws {
        try await ServedInstallation.with { served in
            let answers = try await Self.twenty(served) { _ in nil }
            let answer = try await Self.expectOneEffect(answers, status: 202, served)
            #expect(try answer.string("status") == "provisioning")
            #expect(answers.allSatisfy { $0.headers[.preferenceApplied] == nil })
        }
    }

    @Test func `those who wait are all told that it is made, and later ones too`() async throws {
        try await ServedInstallation.with { served in
            let answers = try await Self.twenty(served) { _ in "wait=30" }
            let answer = try await Self.expectOneEffect(answers, status: 201, served)
            #expect(try answer.string("status") == "active")
            #expect(answers.allSatisfy { $0.status == 409 || $0.headers[.preferenceApplied] == "wait=30" })
            for prefer in [nil, "wait=30"] {
                let later = try await Self.create(served, prefer: prefer)
                #expect(later.status == 201 && later.body == answer.body)
                #expect(later.headers[.idempotencyReplayed] == "true")
                #expect(later.headers[.preferenceApplied] == prefer)
            }
        }
    }

    /// Whoever does not wait gets what is known by then: one of two answers, never a third.
    @Test func `half of them wait`() async throws {
        try await ServedInstallation.with { served in
            let answers = try await Self.twenty(served) { $0.isMultiple(of: 2) ? "wait=30" : nil }
            let waited = answers.filter { $0.headers[.preferenceApplied] != nil }
            #expect(!waited.isEmpty && waited.allSatisfy { $0.status == 201 })
            for status in [201, 202] {
                #expect(Set(answers.filter { $0.status == status }.map(\.body)).count <= 1)
            }
            #expect(Set(answers.map(\.status)).isSubset(of: [201, 202, 409]))
            #expect(answers.count { $0.status != 409 && $0.headers[.idempotencyReplayed] == nil } == 1)
        }
    }
}
