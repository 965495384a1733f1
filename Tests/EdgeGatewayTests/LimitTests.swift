import BulkheadHummingbird
import EdgeTestSupport
import Synchronization
import Tenancy
import Testing

@Suite("Limits at the edge", .timeLimit(.minutes(1)))
struct LimitTests {
    private final class Clock: Sendable {
        let time = Atomic<Int64>(1_000_000_000_000)
    }

    /// Three strangers at once and one a second by address, by a clock that stands still; only acme is known.
    private static func limit(_ clock: Clock, _ mode: RateLimitMode = .on) -> StrangerLimit {
        StrangerLimit(
            limiter: LocalRateLimiter(now: { clock.time.load(ordering: .relaxed) }),
            limit: RateLimit(perSecond: 1, burst: 3), mode: mode
        ) { $0.description == "acme" }
    }

    @Test("a flood of names asks the directory as often as the limit says, and reaches no upstream")
    func flood() async throws {
        let clock = Clock()
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, trusting: ["127.0.0.1"], strangers: Self.limit(clock)) { edge in
                func ask(_ host: String, from address: String) async throws -> Answer {
                    try await edge.ask(host: host, ["X-Forwarded-For: \(address)"])
                }
                var statuses: [Int] = []
                for number in 0..<40 {
                    let answer = try await ask("scan-\(number).saas.test", from: "192.0.2.1")
                    statuses.append(answer.head.status)
                    if answer.head.status == 429 {
                        #expect(answer.head["retry-after"] == "1")
                        #expect(answer.body.contains("too-many-requests"))
                    }
                }
                #expect(statuses == Array(repeating: 404, count: 3) + Array(repeating: 429, count: 37))
                #expect(edge.town.lookups == 3)
                #expect(backend.heads.isEmpty)
                // Tenants are reached from there, known or - once there is something left - not.
                #expect(try await ask("acme.saas.test", from: "192.0.2.1").head.status == 200)
                #expect(try await ask("globex.saas.test", from: "192.0.2.1").head.status == 429)
                #expect(try await ask("globex.saas.test", from: "192.0.2.2").head.status == 200)
                clock.time.add(1_000_000_000, ordering: .relaxed)
                for _ in 0..<5 { #expect(try await ask("globex.saas.test", from: "192.0.2.1").head.status == 200) }
                #expect(try await ask("name-1.saas.test", from: "192.0.2.1").head.status == 404)
                #expect(try await ask("name-2.saas.test", from: "192.0.2.1").head.status == 429)
            }
        }
    }

    @Test("the admin host is for the server behind to count, and a limit that is off counts nothing")
    func notCounted() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, strangers: Self.limit(Clock())) { edge in
                for _ in 0..<10 {
                    let answer = try await edge.ask(host: "admin.saas.test")
                    #expect(answer.status == 200)
                }
            }
            try await Edge.use(before: backend.port, strangers: Self.limit(Clock(), .off)) { edge in
                for _ in 0..<10 {
                    let answer = try await edge.ask(host: "name-1.saas.test")
                    #expect(answer.status == 404)
                }
            }
        }
    }
}
