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
    private static let unknown = MatrixAnswer(501, "not-implemented")
    private static let bare = MatrixAnswer(400)
    /// The end of the connection.
    private static let cut = MatrixAnswer(0)

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
        SmugglingCase("a folded field", get("X-Note: x", " X-Tenant-ID: %IDB"), bad),
        SmugglingCase("a field folded by a tab", get("X-Note: x", "\tX-Tenant-ID: %IDB"), bad),
        SmugglingCase("a folded host", ["GET %PATH HTTP/1.1", "Host: %A", " %B", "Connection: close"], bad),
        SmugglingCase("a first field that is folded", ["GET %PATH HTTP/1.1", " Host: %B"] + get().dropFirst(), bad),
        SmugglingCase("a line feed inside a field", get("X-Note: x\nX-Tenant-ID: %IDB"), bad),
        SmugglingCase("a line feed and a host", get("X-Note: x\nHost: %B"), bad),
        SmugglingCase("a head that ends with line feeds", get("X-Note: x\n\nGET %PATH HTTP/1.1", "Host: %B"), bad),
        SmugglingCase("a line feed behind the request line", ["GET %PATH HTTP/1.1\nHost: %B"] + get().dropFirst(), bad),
        SmugglingCase("a carriage return inside a field", get("X-Note: x\rHost: %B"), bad),
        SmugglingCase("a carriage return at the end of a field", get("X-Note: x\r"), bad),
        SmugglingCase("NUL", get("X-Note: x\u{0}Host: %B"), bad),
        SmugglingCase("NUL in a name", get("X-No\u{0}te: x"), bad),
        SmugglingCase("a tab before the colon", get("X-Tenant-ID\t: %IDB"), bad),
        SmugglingCase("a field without a name", get(": %IDB"), bad),
        SmugglingCase("a line without a colon", get("X-Tenant-ID"), bad),
        SmugglingCase("two tokens", get("Authorization: Bearer %TOKENA"), bad),
        SmugglingCase("another protocol's host", get(":authority: %B"), bad),
        SmugglingCase("another version", ["GET %PATH HTTP/2.0"] + get().dropFirst(), bad),
        SmugglingCase(
            "a host in the path", ["GET //%B%PATH HTTP/1.1"] + get().dropFirst(), MatrixAnswer(404, "not-found")),
    ]

    private static let framing =
        [
            SmugglingCase("a request behind the last", post("Content-Length: 0"), rest: hidden, ok),
            SmugglingCase("a request in a body", post("Content-Length: %HIDDEN"), rest: hidden, ok),
            SmugglingCase("chunks", post("Transfer-Encoding: chunked"), rest: "1\r\nx\r\n0\r\n\r\n" + hidden, ok),
            SmugglingCase("chunks in capitals", post("Transfer-Encoding: \tChunked "), rest: "0\r\n\r\n" + hidden, ok),
            SmugglingCase(
                "chunks by HTTP/1.0",
                ["POST %PATH HTTP/1.0"] + post("Transfer-Encoding: chunked").dropFirst(), rest: "0\r\n\r\n" + hidden,
                bad),
            SmugglingCase(
                "a request that is refused behind one that is served",
                get().dropLast() + [""] + post("Transfer-Encoding: xchunked"), rest: "0\r\n\r\n" + hidden, replies: 2,
                MatrixAnswer(200, "bad-request")),
        ] + lengths + codings + chunks

    /// Two servers must not see two lengths.
    private static let lengths = [
        ["Content-Length: 0", "Content-Length: %HIDDEN"], ["Content-Length: %HIDDEN", "content-length: 0"],
        ["Content-Length: 0", "Content-Length: 0"], ["Content-Length: 0, %HIDDEN"], ["Content-Length: 0, 0"],
        ["Content-Length: +0"], ["Content-Length: -1"], ["Content-Length: 0x0"], ["Content-Length: 0 0"],
        ["Content-Length: 0_0"], ["Content-Length: \u{661}"], ["Content-Length: 99999999999999999999"],
        ["Content-Length: 0;a"], ["Content-Length : 0"], ["Content-Length: 1", " 0"],
    ].map { SmugglingCase("length \($0)", post($0), rest: hidden, bad) }

    /// What is not `chunked` and nothing else is not framed (RFC 9112, section 6.3), or not understood.
    private static let codings =
        [
            ["xchunked"], ["chunkedx"], ["chunked x"], ["x chunked"], ["\"chunked\""], ["chunked;q=1"], ["identity"],
            ["gzip"], [""], [","], ["chunked,"], [",chunked"], ["chunked, identity"], ["chunked, chunked"],
            ["chunked", "chunked"], ["chunked", "identity"], ["chunked, gzip"], ["\u{B}chunked"], ["chunked\u{0}"],
            ["chun\u{212A}ed"], ["\r\n chunked"],
        ].map { SmugglingCase("coding \($0)", post($0.map { "Transfer-Encoding: \($0)" }), rest: end + hidden, bad) }
        + [["gzip, chunked"], ["identity, chunked"], ["gzip", "chunked"]].map {
            SmugglingCase("coding \($0)", post($0.map { "Transfer-Encoding: \($0)" }), rest: end + hidden, unknown)
        }
        + [
            ["Transfer-Encoding: chunked", "Content-Length: 4"], ["Content-Length: 4", "Transfer-Encoding: chunked"],
            ["Content-Length: 0", "Transfer-Encoding: xchunked"], ["Transfer-Encoding: identity", "Content-Length: 4"],
            ["Transfer-Encoding : chunked"], ["Transfer-Encoding\t: chunked"],
            ["Content-Length: 0", "Transfer_Encoding : x"],
        ].map { SmugglingCase("length and coding \($0)", post($0), rest: end + hidden, bad) }

    /// Chunks that not everybody reads in the same way; a body that is not looked at may have been answered before.
    private static let chunks = [
        "0x0\r\n\r\n", "-0\r\n\r\n", "+0\r\n\r\n", " 0\r\n\r\n", "1\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n",
        "1\r\nx0\r\n\r\n",
        "1;a\nb\r\nx\r\n0\r\n\r\n", "1\rx\r\n0\r\n\r\n", "1 x\r\nx\r\n0\r\n\r\n", "10000000000000000\r\nx",
        "\r\n0\r\n\r\n",
        "0\n\n", "0\r\nX\u{0}: y\r\n\r\n",
    ].map {
        SmugglingCase(
            "chunks \($0.debugDescription)", post("Transfer-Encoding: chunked"), rest: $0 + hidden, ok, bad, bare, cut)
    }

    private static let end = "0\r\n\r\n"

    private static func post(_ more: [String]) -> [String] {
        ["POST %PATH HTTP/1.1", "Host: %A", "Authorization: Bearer %TOKENA", "Connection: close"] + more
    }

    private static func post(_ more: String...) -> [String] { self.post(more) }

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
