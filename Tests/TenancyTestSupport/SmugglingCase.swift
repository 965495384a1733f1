/// Requests by which somebody would have two servers see two different things, or one server too much.
public struct SmugglingCase: Sendable {
    /// What is tried.
    public var name: String
    /// The lines of the head, with the placeholders of the matrix; `%TOKENA` is a token of tenant a.
    public var lines: [String]
    /// What follows the head.
    public var rest = ""
    /// What every reply must be; 200 only as tenant a.
    public var expected: Set<MatrixAnswer>
    /// How many replies there may be at most.
    public var replies = 1

    private init(
        _ name: String, _ lines: [String], rest: String = "", replies: Int = 1, _ expected: MatrixAnswer...
    ) {
        self.name = name
        self.lines = lines
        self.rest = rest
        self.replies = replies
        self.expected = Set(expected)
    }

    private static let ok = MatrixAnswer(200)
    private static let bad = MatrixAnswer(400, "bad-request")
    private static let badHost = MatrixAnswer(400, "bad-host")

    private static func get(_ more: String...) -> [String] {
        ["GET %PATH HTTP/1.1", "Host: %A"] + more + ["Authorization: Bearer %TOKENA", "Connection: close"]
    }

    /// Everything that is tried; to a server that does not trust whoever connects.
    public static let all: [SmugglingCase] = fields + framing

    private static let fields = [
        SmugglingCase("fields that only proxies may set", get("X-Tenant-ID: %IDB", "X-Tenant-Subdomain: %LABELB"), ok),
        SmugglingCase("other names of the same", get("X_Tenant_ID: %IDB", "X-Tenant-Name: B", "Tenant-ID: %IDB"), ok),
        SmugglingCase(
            "hosts by hearsay", get("X-Forwarded-Host: %B", "Forwarded: for=127.0.0.1;host=%B", "X-Host: %B"), ok),
        SmugglingCase("a trusted address by hearsay", get("X-Forwarded-For: 127.0.0.1", "X-Tenant-ID: %IDB"), ok),
        SmugglingCase("targets by hearsay", get("X-Original-URL: http://%B/", "X-Rewrite-URL: http://%B/"), ok),
        SmugglingCase("a space before the colon", get("X-Tenant-ID : %IDB"), bad),
        SmugglingCase("a space before the host's colon", get("Host : %B"), bad),
        SmugglingCase("a folded field", get("X-Note: x", " X-Tenant-ID: %IDB"), ok, bad),
        SmugglingCase("a folded host", ["GET %PATH HTTP/1.1", "Host: %A", " %B", "Connection: close"], badHost, bad),
        SmugglingCase("a line feed inside a field", get("X-Note: x\nX-Tenant-ID: %IDB"), ok, bad),
        SmugglingCase("a line feed and a host", get("X-Note: x\nHost: %B"), badHost, bad),
        SmugglingCase("a carriage return inside a field", get("X-Note: x\rHost: %B"), bad),
        SmugglingCase("NUL", get("X-Note: x\u{0}Host: %B"), bad),
        SmugglingCase("two tokens", get("Authorization: Bearer %TOKENA"), bad),
        SmugglingCase(
            "a host in the path", ["GET //%B%PATH HTTP/1.1"] + get().dropFirst(), MatrixAnswer(404, "not-found")),
        SmugglingCase("another protocol's host", get(":authority: %B"), ok, bad),
    ]

    private static let framing = [
        SmugglingCase(
            "length and chunks", post("Content-Length: 4", "Transfer-Encoding: chunked"), rest: "0\r\n\r\n" + hidden,
            bad),
        SmugglingCase("two lengths", post("Content-Length: 0", "Content-Length: 40"), rest: hidden, bad),
        SmugglingCase("a length that is none", post("Content-Length: +0"), rest: hidden, bad),
        SmugglingCase(
            "chunks in another spelling", post("Transfer-Encoding: xchunked"), rest: "0\r\n\r\n" + hidden, ok, bad),
        SmugglingCase(
            "a request behind the last", post("Content-Length: 0"), rest: hidden, ok),
        SmugglingCase(
            "a request in a body", post("Content-Length: %HIDDEN"), rest: hidden, ok),
    ]

    private static func post(_ more: String...) -> [String] {
        ["POST %PATH HTTP/1.1", "Host: %A", "Authorization: Bearer %TOKENA", "Connection: close"] + more
    }

    /// What must never be taken for a request of its own.
    private static let hidden = "GET /probe HTTP/1.1\r\nHost: %B\r\nX-Tenant-ID: %IDB\r\n\r\n"

    /// The request, byte for byte.
    func text(in world: MatrixWorld) -> String {
        let hidden = world.filled(Self.hidden)
        let head = self.lines.joined(separator: "\r\n") + "\r\n\r\n"
        let text = world.filled((head + self.rest).replacing("%PATH", with: world.path))
        return text.replacing("%TOKENA", with: world.tokens[.ofA] ?? "")
            .replacing("%HIDDEN", with: String(hidden.utf8.count))
    }
}

extension RequestMatrix {
    /// Sends everything that smuggles, to a server that does not trust whoever connects.
    public func smuggle(_ world: MatrixWorld) async throws -> Report {
        var report = Report()
        for attempt in SmugglingCase.all {
            let reply = try await RawExchange.send(attempt.text(in: world), port: world.port)
            report.sent += 1
            let found = MatrixAnswer(reply.status, reply.problem)
            if !attempt.expected.contains(found) {
                report.failures.append(
                    Failure(description: "\(attempt.name): expected \(attempt.expected), got \(found)"))
            }
            if reply.repliesCount > attempt.replies {
                report.failures.append(Failure(description: "\(attempt.name): \(reply.repliesCount) replies"))
            }
            if !reply.wasClosed { report.failures.append(Failure(description: "\(attempt.name): not closed")) }
            for word in [world.b.id, world.b.name, world.b.subdomain] where reply.text.contains(word) {
                report.failures.append(Failure(description: "\(attempt.name): the answer says \(word)"))
            }
        }
        return report
    }
}
