import HTTPTypes
public import Tenancy

extension ProblemDetails {
    /// 429: one request too many (RFC 6585, section 4).
    ///
    /// - Parameters:
    ///   - standing: the limit, and when it lets one in.
    ///   - policy: the value of `RateLimit-Policy`; nil for none.
    public static func tooManyRequests(_ standing: RateLimitStanding, policy: String? = nil) -> Self {
        var headers: HTTPFields = [
            .retryAfter: String(standing.resetSeconds), .rateLimit: RateLimitFields.state(standing),
        ]
        if let policy { headers[.rateLimitPolicy] = policy }
        return Self.tooMany(
            standing.name, "Too many requests", retryAfter: standing.resetSeconds, headers: headers)
    }

    /// 429: too many attempts to sign in or to use a link; says nothing about whether there is such an account.
    ///
    /// - Parameters:
    ///   - limit: which limit it is: `account` or `address`.
    ///   - seconds: after how many seconds another attempt makes sense.
    public static func tooManyAttempts(_ limit: String, retryAfter seconds: Int) -> Self {
        Self.tooMany(
            limit, "Too many attempts", retryAfter: Int64(seconds), headers: [.retryAfter: String(seconds)])
    }

    private static func tooMany(
        _ limit: String, _ title: String, retryAfter seconds: Int64, headers: HTTPFields
    ) -> Self {
        var problem = Self(
            "too-many-requests", .tooManyRequests, title: title,
            detail: "The limit for this \(limit) is reached. Try again in \(seconds) s.", headers: headers)
        problem.violatedPolicies = [limit]
        return problem
    }
}
