import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Tenancy
import Testing

@Suite("What a stranger is told of an error")
struct ProblemTranslatorTests {
    static let cases: [(error: any Error & Sendable, status: Int, slug: String)] = [
        (DomainError.notFound("client"), 404, "client-not-found"),
        (DomainError.taken(field: "/subdomain", detail: "is taken"), 409, "subdomain-taken"),
        (DomainError.conflict("Not now."), 409, "conflict"),
        (DomainError.preconditionFailed, 412, "precondition-failed"),
        (DomainError.badCredentials, 401, "bad-credentials"),
        (DomainError.linkGone, 410, "link-gone"),
        (DomainError.forbidden("No."), 403, "forbidden"),
        (DomainError.idempotencyKeyReused, 422, "idempotency-key-reused"),
        (DomainError.busy(retryAfterSeconds: 9), 503, "busy"),
        (DomainError.heldUp("A step is at it.", retryAfterSeconds: 9), 503, "busy"),
        (ValidationError(pointer: "/x", detail: "no"), 422, "validation-failed"),
        (TokenProblem.expired, 401, "token-expired"),
        (TokenProblem.signature, 401, "token-invalid"),
        (HTTPError(.badRequest, message: "Coding key `x` not found."), 400, "bad-request"),
        (HTTPError(.unauthorized), 401, "token-required"),
        (HTTPError(.forbidden), 403, "forbidden"),
        (HTTPError(.contentTooLarge), 413, "body-too-large"),
        (HTTPError(.unsupportedMediaType), 415, "unsupported-media-type"),
        (HTTPError(.tooManyRequests, headers: [.retryAfter: "4"]), 429, "http-429"),
        (HTTPError(.internalServerError, message: "password=x"), 500, "internal"),
        (HTTPError(.badGateway, message: "upstream 10.0.0.7"), 502, "http-502"),
        (NIOTooManyBytesError(maxBytes: 1), 413, "body-too-large"),
        (CancellationError(), 503, "unavailable"),
        (ChannelError.ioOnClosedChannel, 500, "internal"),
    ]

    @Test("is the right status and slug", arguments: Self.cases.indices)
    func mapping(index: Int) {
        let (error, status, slug) = Self.cases[index]
        let problem = ProblemTranslator().problem(for: error)
        #expect(problem.status.code == status)
        #expect(problem.slug == slug)
        #expect(!problem.detail.contains("password=") && !problem.detail.contains("10.0.0.7"))
    }

    @Test("headers of an HTTPError are kept")
    func headers() {
        let error = HTTPError(.tooManyRequests, headers: [.retryAfter: "4"])
        #expect(ProblemTranslator().problem(for: error).headers[.retryAfter] == "4")
    }

    @Test("who is held up is told by what, and when to come again")
    func heldUp() {
        let problem = ProblemTranslator().problem(for: DomainError.heldUp("A step is at it.", retryAfterSeconds: 7))
        #expect(problem.headers[.retryAfter] == "7")
        #expect(problem.detail == "A step is at it.")
    }

    private struct Input: Decodable {
        struct Inner: Decodable { var b: [Int] }
        var a: Inner
    }

    @Test(
        "decoding errors name the field",
        arguments: [
            (#"{"a":{"b":[1,"x"]}}"#, 422, "/a/b/1"), (#"{"a":{}}"#, 422, "/a/b"), (#"{"a":null}"#, 422, "/a"),
            (#"{"a":"#, 400, ""),
        ])
    func decoding(text: String, status: Int, pointer: String) throws {
        let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(Input.self, from: Data(text.utf8)) }
        let problem = ProblemTranslator().problem(for: try #require(error))
        #expect(problem.status.code == status)
        #expect(problem.errors.first?.pointer ?? "" == pointer)
    }
}
