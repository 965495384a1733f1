import HTTPTypes
import Hummingbird
import Tenancy

/// The header fields that tell a client about its limits (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4).
///
/// `RateLimit-Policy` lists each limit with the requests that it allows at once (`q`) and the seconds in which so many
/// become free again (`w`). `RateLimit` has the tightest, with what is left (`r`) and the seconds until there is more
/// (`t`).
enum RateLimitFields {
    /// The value of `RateLimit-Policy`.
    static func policy(_ limits: [(name: String, rate: BucketRate)]) -> String {
        limits.map { "\"\($0.name)\";q=\($0.rate.burst);w=\($0.rate.window)" }.joined(separator: ", ")
    }

    /// The value of `RateLimit`.
    static func state(_ standing: RateLimitStanding) -> String {
        "\"\(standing.name)\";r=\(standing.remaining);t=\(standing.resetSeconds)"
    }

    /// Serves a request and adds the fields to the answer, or to the problem that stands for one.
    static func describing(
        policy: String, _ standing: RateLimitStanding?, _ serve: () async throws -> Response
    ) async throws -> Response {
        do {
            var response = try await serve()
            Self.set(&response.headers, policy: policy, standing)
            return response
        } catch var problem as ProblemDetails {
            Self.set(&problem.headers, policy: policy, standing)
            throw problem
        }
    }

    private static func set(_ headers: inout HTTPFields, policy: String, _ standing: RateLimitStanding?) {
        headers[.rateLimitPolicy] = policy
        if let standing { headers[.rateLimit] = Self.state(standing) }
    }
}
