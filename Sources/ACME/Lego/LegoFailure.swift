import Foundation

/// What the output of a failed run means.
///
/// lego has one exit code for all failures, so its words decide; they carry the authority's problem types
/// (RFC 8555, section 6.7) as they came.
struct LegoFailure: Sendable {
    let code: ACMEError.Code
    let problem: String?
    let retryAfter: Date?

    private static let prefix = "urn:ietf:params:acme:error:"

    init(output: String) {
        let problems = Self.problems(in: output)
        self.code = Self.code(output.lowercased(), problems: problems)
        self.problem = problems.first
        self.retryAfter = self.code == .rateLimited ? Self.retryAfter(in: output) : nil
    }

    /// The types of all problems that the authority stated, in order.
    private static func problems(in output: String) -> [String] {
        output.split(separator: Self.prefix, omittingEmptySubsequences: false).dropFirst()
            .map { String($0.prefix { $0.isASCII && $0.isLetter }) }
    }

    private static func code(_ words: String, problems: [String]) -> ACMEError.Code {
        let has = { (texts: [String]) in texts.contains { words.contains($0) } }
        if problems.contains("rateLimited") { return .rateLimited }
        if problems.contains("accountDoesNotExist") { return .accountUnknown }
        if problems.contains("unauthorized"), has(Self.closedAccount) { return .accountUnknown }
        if has(Self.refusedCredential) { return .badCredential }
        if words.contains("error presenting token") {
            return has(Self.noAnswer) && !words.contains("start of authority") ? .unreachable : .notPublished
        }
        if problems.contains("caa") { return .caa }
        if problems.contains(where: { ["unauthorized", "incorrectResponse"].contains($0) }) { return .unauthorized }
        if problems.contains(where: { ["dns", "connection", "tls"].contains($0) }) { return .dns }
        if words.contains("time limit exceeded") { return .notPublished }
        if problems.contains("serverInternal") { return .unreachable }
        if !problems.isEmpty || words.contains("external account binding") { return .refused }
        if words.contains("x509:") { return .untrusted }
        return has(Self.noAnswer) ? .unreachable : .failed
    }

    /// Let's Encrypt on accounts that were deactivated.
    private static let closedAccount = ["account is not valid", "account has been deactivated"]

    /// What the providers say of credentials.
    private static let refusedCredential = [
        // PowerDNS; what it says later, of the zone, is a misleading 404.
        "pdns: failed to get api version unexpected http status code 401",
        "pdns: failed to get api version unexpected http status code 403",
        "pdns: unexpected http status code 401", "pdns: unexpected http status code 403",
        // Cloudflare's codes for tokens that are malformed, unknown, or not allowed to do this.
        "invalid request headers (6003)", "invalid api token (1000)", "invalid access token (9109)",
        "authentication error (10000)", "unauthorized to access requested resource (9109)",
        // Amazon's codes.
        "invalidclienttokenid", "signaturedoesnotmatch", "unrecognizedclient", "accessdenied", "expiredtoken",
        "incompletesignature", "missingauthenticationtoken",
        // lego itself.
        "some credentials information are missing",
    ]

    /// What Go says of servers that are not there, not found, too slow or at fault.
    private static let noAnswer = [
        "connection refused", "connection reset", "no such host", "i/o timeout", "tls handshake timeout",
        "deadline exceeded", "client.timeout", "no route to host", "network is unreachable", "server misbehaving",
        ": eof", "unexpected eof", "bad gateway", "service unavailable", "gateway timeout",
        "status code 500", "status code 502", "status code 503", "status code 504",
        "error: 500 ::", "error: 502 ::", "error: 503 ::", "error: 504 ::",
    ]

    /// The moment in `retry after 2026-01-02 15:04:05 UTC` or `retry after 2026-01-02T15:04:05Z`.
    private static func retryAfter(in output: String) -> Date? {
        guard
            let match = output.firstMatch(of: /retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/.ignoresCase()),
            // Digits may still be no date.
            let date = try? Date("\(match.1)T\(match.2)Z", strategy: .iso8601)
        else { return nil }
        return date
    }
}

extension LegoFailure {
    /// The part of an output that tells what went wrong: without progress, at most 4,000 characters.
    static func detail(of output: String, without secrets: Secrets) -> String {
        let lines = secrets.scrub(output).split(separator: "\n").filter { !$0.contains("[INFO]") }
        return String(lines.joined(separator: "\n").suffix(4_000))
    }
}
